//! Clients that are slow, greedy, mistaken or ill-meaning, while everybody else is served.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Connection, Failure, ask_once};
use crate::support::cluster::{Cluster, binary, serve, slow};
use crate::support::meanwhile::Meanwhile;
use crate::support::process::{descriptors_of, memory_of, ticks_of};
use crate::support::{POLICIES, alone, each_policy, soak, until};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// As many descriptors as this process may have.
fn raise_descriptor_limit() -> usize {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).unwrap();
    usize::try_from(hard).unwrap_or(usize::MAX)
}

/// Whoever is slow is slow with each policy, and it takes a while.
fn policies() -> &'static [&'static str] {
    soak(&POLICIES, &POLICIES[..1])
}

#[test]
fn those_who_send_a_byte_now_and_then_are_closed_when_their_time_is_over() {
    let count = 1000.min(raise_descriptor_limit() / 4);
    for policy in policies() {
        let mut command = serve(policy, 2);
        command.args(["--head-timeout", "2s"]);
        let meanwhile = Meanwhile::start(command, 2);
        let address = meanwhile.cluster.address();
        let begun = Instant::now();
        let open = |_| Connection::open(address).unwrap();
        let mut slow: Vec<_> = (0..count).map(open).collect();

        for byte in b"GET /" {
            for connection in &mut slow {
                // Some may be closed already on a busy machine.
                let _ = connection.send([*byte]);
            }
            thread::sleep(Duration::from_millis(100));
        }
        meanwhile.answer_more();

        for connection in slow {
            assert_closed_without_an_answer(connection.patient());
        }
        println!("{policy}: {count} closed after {:?}", begun.elapsed());
        meanwhile.end();
    }
}

/// A 408 is no answer to a request that was never whole.
#[track_caller]
fn assert_closed_without_an_answer(mut connection: Connection) {
    match connection.answer() {
        Err(Failure::Empty | Failure::Reset) => {}
        Ok(answer) if answer.status == 408 => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn five_thousand_idle_connections_cost_little_and_disturb_nobody() {
    let _alone = alone();
    let count = 5000.min(raise_descriptor_limit() / 4);
    for policy in policies() {
        let meanwhile = Meanwhile::start(serve(policy, 2), 2);
        let address = meanwhile.cluster.address();
        meanwhile.answer_more();
        let before = meanwhile.memory();

        let open =
            |number| Connection::open_from(u8::try_from(1 + number % 8).unwrap(), address).unwrap();
        let mut idle: Vec<_> = (0..count).map(open).collect();
        until("all are taken", || {
            let taken = meanwhile.workers.iter();
            taken
                .map(|worker| meanwhile.cluster.connections_of(*worker))
                .sum::<usize>()
                >= count
        });

        let each = (meanwhile.memory().saturating_sub(before)) as f64 / count as f64;
        println!("{policy}: {count} idle connections, {each:.1} KiB each");
        assert!(each < 16.0, "{each} KiB");
        for connection in idle.iter_mut().step_by(100) {
            assert_eq!(connection.ask("/").unwrap().status, 200);
        }
        meanwhile.end();
    }
}

/// The command with a limit of descriptors that it and its workers cannot raise.
fn with_descriptors(limit: usize, policy: &str, workers: usize) -> Command {
    let mut command = Command::new("/bin/sh");
    let script = format!("ulimit -n {limit}; exec \"$@\"");
    command.args(["-c", &script, "sh"]).arg(binary());
    command.args(["serve", "-l", "127.0.0.1:0", "-p", policy]);
    command.args(["-w", &workers.to_string()]);
    command
}

#[test]
fn without_descriptors_left_a_cluster_waits_and_goes_on() {
    let _alone = alone();
    each_policy(|policy| {
        let mut cluster = Cluster::start(with_descriptors(40, policy, 2), 2);
        let workers = cluster.workers();
        let (primary, address) = (cluster.pid(), cluster.address());

        let mut greedy: Vec<_> = (0..200)
            .map(|_| Connection::open(address).unwrap())
            .collect();
        until("descriptors are used up", || {
            workers.iter().all(|worker| descriptors_of(*worker) >= 38)
        });
        let all = || workers.iter().chain([&primary]);
        let ticks = || all().map(|pid| ticks_of(*pid)).sum::<u64>();
        let before = ticks();
        thread::sleep(Duration::from_millis(500));
        let busy = ticks() - before;
        let last = greedy.pop().unwrap();
        drop(greedy);

        // Whoever waited is answered.
        let answer = ask_patiently(last);
        assert_eq!(answer, 200, "{policy}");
        for _ in 0..10 {
            assert!(ask_once(address, "/").is_ok(), "{policy}");
        }
        println!("{policy}: busy {busy} of 50 ticks without a descriptor");
        assert!(busy < 15, "{policy}: {busy} of 50 ticks");
        cluster.look();
        assert_eq!(
            cluster.workers(),
            workers,
            "{policy}: {:?}",
            cluster.stderr()
        );
    });
}

fn ask_patiently(connection: Connection) -> u16 {
    connection.patient().ask("/").unwrap().status
}

#[test]
fn those_who_never_read_cost_no_more_than_what_they_asked_for() {
    let _alone = alone();
    let cluster = Cluster::start(slow(&["workers=1"]), 1);
    let worker = cluster.workers()[0];
    let before = memory_of(worker);
    let open = |_| Connection::open(cluster.address()).unwrap();
    let mut deaf: Vec<_> = (0..20).map(open).collect();

    for connection in &mut deaf {
        // Far more than one answer; the next is begun when the last one is sent.
        for _ in 0..20 {
            connection.get("/big").unwrap();
        }
    }
    thread::sleep(Duration::from_millis(500));

    let patient = Connection::open(cluster.address()).unwrap();
    assert_eq!(ask_patiently(patient), 200);
    let grown = memory_of(worker).saturating_sub(before) / 1024;
    println!("20 who do not read: {grown} MiB");
    assert!(grown < 64, "{grown} MiB");
    // Those who begin to read get all.
    for _ in 0..20 {
        assert_eq!(deaf[0].answer().unwrap().body.len(), 1 << 20);
    }
}

#[test]
fn a_body_that_is_too_long_is_refused() {
    let mut command = serve("rr", 1);
    command.args(["--max-body", "64K"]);
    let meanwhile = Meanwhile::start(command, 1);
    let address = meanwhile.cluster.address();
    let sized = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("8000\r\n{}\r\n", "x".repeat(0x8000));

    let mut connection = Connection::open(address).unwrap();
    connection.send(sized).unwrap();
    let answer = connection.answer().unwrap();
    assert_eq!((answer.status, answer.closes), (413, true));

    let mut connection = Connection::open(address).unwrap();
    connection
        .send(format!("{chunked}{}", chunk.repeat(3)))
        .unwrap();
    let answer = connection.answer().unwrap();
    assert_eq!((answer.status, answer.closes), (413, true));

    // As long as it may be.
    let mut connection = Connection::open(address).unwrap();
    connection
        .send(format!("{chunked}{}0\r\n\r\n", chunk.repeat(2)))
        .unwrap();
    assert_eq!(connection.answer().unwrap().status, 200);
    meanwhile.end();
}

#[test]
fn a_body_that_pauses_for_too_long_is_given_up() {
    let mut command = serve("rr", 1);
    command.args(["--body-pause", "300ms"]);
    let meanwhile = Meanwhile::start(command, 1);
    let mut connection = Connection::open(meanwhile.cluster.address())
        .unwrap()
        .patient();
    connection
        .send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx")
        .unwrap();

    let answer = connection.answer().unwrap();

    assert_eq!((answer.status, answer.closes), (408, true));
    meanwhile.end();
}
