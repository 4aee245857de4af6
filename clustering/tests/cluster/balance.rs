//! Who gets the work, where the cluster listens, and what it says when it cannot.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::client::{Connection, ask_once};
use crate::support::cluster::{Cluster, binary, run, serve};
use crate::support::load::{Kind, Load};
use crate::support::process;
use crate::support::process::{children_of, descriptors_of};
use crate::support::{POLICIES, alone, each_policy, soak, until};
use nix::sys::signal::Signal;

#[test]
fn round_robin_gives_each_worker_as_many_connections_and_requests() {
    let _alone = alone();
    for workers in [2, 3, 4] {
        let cluster = Cluster::start(serve("rr", workers), workers);

        let open = |_| Connection::open(cluster.address()).unwrap();
        let mut connections: Vec<_> = (0..64).map(open).collect();
        let mut requests = BTreeMap::new();
        for connection in &mut connections {
            for _ in 0..20 {
                let worker = connection.ask("/").unwrap().worker().unwrap();
                *requests.entry(worker).or_insert(0) += 1;
            }
        }

        let pids = cluster.workers();
        let has: Vec<_> = pids
            .iter()
            .map(|pid| cluster.connections_of(*pid))
            .collect();
        println!("{workers} workers: {has:?} connections, {requests:?} requests");
        assert!(
            has.iter().max().unwrap() - has.iter().min().unwrap() <= 1,
            "{has:?}"
        );
        let (least, most) = least_and_most(&requests);
        assert_eq!(requests.len(), workers);
        assert!(most <= 1.25 * least, "{requests:?}");
    }
}

fn least_and_most(requests: &BTreeMap<u32, u64>) -> (f64, f64) {
    let counts = || requests.values().map(|count| *count as f64);
    (
        counts().fold(f64::MAX, f64::min),
        counts().fold(0.0, f64::max),
    )
}

#[test]
fn round_robin_keeps_all_workers_busy() {
    let _alone = alone();
    let cluster = Cluster::start(serve("rr", 2), 2);

    let load = Load::start(cluster.address(), Kind::KeepAlive, 64);
    until("answers come", || load.right() > soak(200_000, 1_500));

    let tally = load.stop();
    tally.assert_nothing_failed();
    let (least, most) = least_and_most(&tally.by_worker);
    println!("most to least requests: {:.2}; {tally}", most / least);
    // How long each may compute is for the system to say, which on a busy machine is not just.
    assert!(most <= 20.0 * least, "{tally:?}");
}

#[test]
fn the_primary_keeps_no_copy_of_what_a_worker_has() {
    let _alone = alone();
    let cluster = Cluster::start(serve("rr", 2), 2);
    let before = descriptors_of(cluster.pid());

    // Stopped meanwhile, so that all come in one burst.
    cluster.signal(Signal::SIGSTOP);
    let connections: Vec<_> = (0..50)
        .map(|_| Connection::open(cluster.address()).unwrap())
        .collect();
    cluster.signal(Signal::SIGCONT);

    let has = |worker: &u32| cluster.connections_of(*worker);
    until("the workers have them", || {
        cluster.workers().iter().map(has).sum::<usize>() == connections.len()
    });
    until("it has let go of all", || {
        descriptors_of(cluster.pid()) == before
    });
}

#[test]
fn round_robin_fills_the_worker_that_has_the_fewest() {
    let cluster = Cluster::start(serve("rr", 2), 2);
    let mut connections: Vec<_> = (0..20)
        .map(|_| Connection::open(cluster.address()).unwrap())
        .collect();
    let first = cluster.workers()[0];
    let mut answered = |connection: &mut Connection| connection.ask("/").unwrap().worker().unwrap();
    let by_worker: Vec<_> = connections.iter_mut().map(&mut answered).collect();
    let has = |cluster: &Cluster| cluster.connections_of(first);
    assert_eq!(has(&cluster), 10);

    // All of one worker are closed; the next ten are its own.
    let mut number = 0;
    connections.retain(|_| {
        number += 1;
        by_worker[number - 1] != first
    });
    until("they are closed", || has(&cluster) == 0);
    until("the primary knows", || {
        // A connection that goes to the other one shows that it does not yet.
        let mut probe = Connection::open(cluster.address()).unwrap();
        answered(&mut probe) == first
    });
    let mut more: Vec<_> = (0..10)
        .map(|_| Connection::open(cluster.address()).unwrap())
        .collect();
    let got: Vec<_> = more.iter_mut().map(&mut answered).collect();

    let firsts = got.iter().filter(|worker| **worker == first).count();
    assert!(firsts >= 9, "{got:?}");
}

#[test]
fn every_worker_answers_sooner_or_later() {
    let _alone = alone();
    each_policy(|policy| {
        let cluster = Cluster::start(serve(policy, 2), 2);
        let load = Load::start(cluster.address(), Kind::OneShot, 8);
        let workers: BTreeSet<_> = cluster.workers().into_iter().collect();

        until("there was time", || load.right() > soak(20_000, 500));

        let tally = load.stop();
        tally.assert_nothing_failed();
        println!("{policy}: {:?}", tally.by_worker.values());
        let answered: BTreeSet<_> = tally.by_worker.keys().copied().collect();
        assert_eq!(answered, workers, "{policy}");
    });
}

#[test]
fn a_port_that_is_taken_is_one_line_and_no_worker() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for policy in POLICIES {
        let (status, stdout, stderr) = run(binary(), &["serve", "-l", &address, "-p", policy]);

        assert_eq!(status, Some(1));
        assert_eq!(stdout, "");
        let line = format!("clustering: cannot listen on {address}: Address already in use");
        assert_eq!(stderr, line);
    }
}

#[test]
fn a_port_that_another_cluster_has_is_taken() {
    for policy in POLICIES {
        let first = Cluster::start(serve(policy, 1), 1);
        let address = first.address().to_string();

        let (status, stdout, stderr) = run(binary(), &["serve", "-l", &address, "-p", policy]);

        assert_eq!((status, &*stdout), (Some(1), ""), "{policy}");
        assert!(stderr.contains("Address already in use"), "{stderr}");
        assert_eq!(ask_once(first.address(), "/").unwrap().status, 200);
    }
}

#[test]
fn a_port_can_be_taken_again_as_soon_as_its_cluster_has_ended() {
    for policy in POLICIES {
        let mut first = Cluster::start(serve(policy, 1), 1);
        let address = first.address();
        ask_once(address, "/").unwrap();
        first.signal(Signal::SIGTERM);
        assert_eq!(first.wait().code(), Some(0));

        let mut command = Command::new(binary());
        command.args(["serve", "-w", "1", "-p", policy, "-l", &address.to_string()]);
        let second = Cluster::start(command, 1);

        assert_eq!(second.address(), address);
        assert_eq!(ask_once(address, "/").unwrap().status, 200);
    }
}

#[test]
fn an_address_that_is_not_ours_is_one_line_and_no_worker() {
    // RFC 5737 keeps these for books.
    let (status, stdout, stderr) = run(binary(), &["serve", "-l", "192.0.2.1:80"]);

    assert_eq!((status, &*stdout), (Some(1), ""));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(
        stderr.starts_with("clustering: cannot listen on 192.0.2.1:80: "),
        "{stderr}"
    );
}

#[test]
fn wrong_usage_is_said_once_with_status_2() {
    for (args, said) in [
        (&["serve", "-w", "0"][..], "'0' for '--workers <N>'"),
        (&["serve", "-w", "many"], "'many' for '--workers <N>'"),
        (&["serve", "-p", "best"], "a policy is rr or shared"),
        (
            &["serve", "-l", "nowhere"],
            "an address is a port or HOST:PORT",
        ),
        (
            &["serve", "-l", "127.0.0.1:70000"],
            "an address is a port or HOST:PORT",
        ),
        (
            &["serve", "--idle-grace", "soon"],
            "a time is a number and a unit",
        ),
        (
            &["serve", "--max-body", "big"],
            "a size is a number and a unit",
        ),
        (&["serve", "--max-connections", "0"], "--max-connections"),
        (&["serve", "-w", "18446744073709551615"], "--workers"),
        (
            &["serve", "--start-timeout", "5000000000000000h"],
            "longer than a year",
        ),
        (
            &["serve", "--start-timeout", "0"],
            "'0' for '--start-timeout <TIME>': must be longer than 0",
        ),
        (&["serve", "--heartbeat-timeout", "0s"], "longer than 0"),
        (&["serve", "--head-timeout", "0.0ms"], "longer than 0"),
        (&["serve", "--body-pause", "0"], "longer than 0"),
        (&["serve", "--body-timeout", "0"], "longer than 0"),
        (&["serve", "--max-head", "0"], "at least 8K"),
        (
            &["serve", "--max-head", "8191"],
            "'8191' for '--max-head <SIZE>': must be at least 8K",
        ),
        (&["serve", "--no-such"], "unexpected argument '--no-such'"),
        (&["server"], "unrecognized subcommand 'server'"),
    ] {
        let (status, stdout, stderr) = run(binary(), args);

        assert_eq!((status, &*stdout), (Some(2), ""), "{args:?}: {stderr}");
        assert!(stderr.contains(said), "{args:?}: {stderr}");
        assert_eq!(stderr.matches("error:").count(), 1, "{args:?}: {stderr}");
    }
}

#[test]
fn a_port_of_0_is_one_free_port_for_all() {
    for policy in POLICIES {
        let first = Cluster::start(serve(policy, 2), 2);
        let second = Cluster::start(serve(policy, 2), 2);

        let ports = [first.address().port(), second.address().port()];

        assert!(
            ports[0] != 0 && ports[1] != 0 && ports[0] != ports[1],
            "{ports:?}"
        );
        for cluster in [first, second] {
            for _ in 0..10 {
                let answer = ask_once(cluster.address(), "/").unwrap();
                assert!(cluster.workers().contains(&answer.worker().unwrap()));
            }
        }
    }
}

#[test]
fn an_address_of_ipv6_serves_too() {
    let Ok(probe) = TcpListener::bind("[::1]:0") else {
        println!("skipped: there is no ::1 here");
        return;
    };
    drop(probe);
    for policy in POLICIES {
        let mut command = Command::new(binary());
        command.args(["serve", "-w", "2", "-p", policy, "-l", "[::1]:0"]);

        let cluster = Cluster::start(command, 2);

        assert!(matches!(cluster.address(), SocketAddr::V6(_)));
        assert_eq!(ask_once(cluster.address(), "/").unwrap().status, 200);
    }
}

#[test]
fn a_cluster_whose_output_nobody_reads_ends_quietly() {
    // Closed before the first line.
    let mut command = serve("rr", 2);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    let pid = child.id();

    let output = child.wait_with_output().unwrap();

    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(children_of(pid).is_empty());
}

#[test]
fn a_cluster_whose_reader_leaves_shuts_down() {
    let mut command = serve("rr", 2);
    let (reader, writer) = std::io::pipe().unwrap();
    command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // Ours keeps the pipe open as well.
    drop(command);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(reader));
    let started = lines
        .by_ref()
        .map_while(Result::ok)
        .find(|line| line.ends_with("started"));
    assert!(started.is_some());
    drop(lines);
    let begun = Instant::now();

    // The next line is that this one died.
    until("it ends", || {
        for worker in children_of(child.id()) {
            process::send(worker.pid, Signal::SIGKILL);
        }
        child.try_wait().unwrap().is_some()
    });

    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_cluster_whose_output_finds_no_room_serves_on_and_says_so_once() {
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" serve -l 127.0.0.1:0 -w 2 >/dev/full"]);
    command.arg(binary());
    let mut cluster = Cluster::spawn(command);
    let address = cluster.address();

    cluster.signal(Signal::SIGHUP);
    until("reloaded", || {
        cluster.look();
        cluster.count_stderr(": reloaded") == 1
    });

    assert_eq!(ask_once(address, "/").unwrap().status, 200);
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    let said = "clustering: cannot write to stdout: No space left on device";
    assert_eq!(cluster.count_stderr(said), 1, "{:?}", cluster.stderr());
    assert_eq!(cluster.count_stderr("stdout"), 1, "{:?}", cluster.stderr());
}

#[test]
fn a_lesson_that_is_not_there_is_wrong_usage_and_those_that_are_there_are_named() {
    let (status, stdout, stderr) = run(binary(), &["tour", "killed", "nope"]);

    assert_eq!((status, &*stdout), (Some(2), ""), "{stderr}");
    let said = "clustering: no lesson is called \"nope\"; there are notes, ";
    assert!(stderr.starts_with(said), "{stderr}");
    assert!(stderr.contains(", killed, "), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}
