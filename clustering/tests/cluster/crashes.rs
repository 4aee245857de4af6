//! Whoever dies takes with him what he had in hand, and nothing else.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Connection, Failure, ask_once};
use crate::support::cluster::{Cluster, run, serve, slow, slow_binary, write_script};
use crate::support::load::{Kind, Load};
use crate::support::process::{children_of, descriptors_of, is_stopped, send, ticks_of};
use crate::support::{Dice, alone, each_policy, soak, until};
use nix::sys::signal::Signal;

/// Kills the worker, and says how many connections it had when it died.
fn kill_and_count(cluster: &Cluster, worker: u32) -> usize {
    // Stopped first, so that it can neither take another one nor finish one while we count.
    send(worker, Signal::SIGSTOP);
    until("it stands still", || is_stopped(worker));
    let open = cluster.connections_of(worker);
    send(worker, Signal::SIGKILL);
    open
}

fn kill_at_random_under_load(kind: Kind) {
    each_policy(|policy| {
        let mut cluster = Cluster::start(serve(policy, 2), 2);
        let address = cluster.address();
        let load = Load::start(address, kind, 8);
        until("answers come", || load.right() > 100);
        let mut dice = Dice(1);
        let (mut kills, mut open) = (0, 0);

        let end = Instant::now() + Duration::from_millis(soak(30_000, 800));
        while Instant::now() < end {
            thread::sleep(Duration::from_millis(200));
            cluster.look();
            let workers = cluster.workers();
            if !workers.is_empty() {
                kills += 1;
                let victim = workers[dice.roll(workers.len())];
                open += kill_and_count(&cluster, victim);
                until("its end is told", || !cluster.workers().contains(&victim));
            }
        }
        until("two serve again", || cluster.workers().len() == 2);
        let enough = load.right() + 100;
        until("answers come", || load.right() >= enough);

        let tally = load.stop();
        println!("{policy}, {kind:?}: {kills} killed with {open} connections; {tally}");
        assert!(tally.failures() <= open as u64, "{open} open: {tally}");
        assert_eq!((tally.refused, tally.late), (0, 0), "{tally}");
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0));
    });
}

#[test]
fn a_killed_worker_costs_no_more_than_the_connections_that_it_had() {
    kill_at_random_under_load(Kind::KeepAlive);
}

#[test]
fn a_killed_worker_costs_no_more_than_the_requests_that_it_had() {
    kill_at_random_under_load(Kind::OneShot);
}

/// A connection on which a worker computes for a minute, and that worker.
fn block_a_worker(cluster: &Cluster) -> (Connection, u32) {
    let address = cluster.address();
    let mut connection = Connection::open(address).unwrap();
    connection.get("/spin/60000").unwrap();
    let mut blocked = None;
    until("a worker has it", || {
        let mut workers = cluster.workers().into_iter();
        blocked = workers.find(|worker| cluster.connections_of(*worker) == 1);
        blocked.is_some()
    });
    let blocked = blocked.expect("`until` has seen to it");
    let before = ticks_of(blocked);
    until("it computes", || {
        let ticks = ticks_of(blocked);
        // On a busy machine it may have been killed for it by now.
        ticks > before + 2 || ticks == 0
    });
    (connection, blocked)
}

#[test]
fn connections_that_wait_for_a_worker_which_is_killed_are_answered_by_another_one() {
    each_policy(|policy| {
        for _ in 0..soak(20, 2) {
            let policy = format!("policy={policy}");
            let cluster = Cluster::start(slow(&["workers=2", "hang=60000", &policy]), 2);
            let (mut lost, blocked) = block_a_worker(&cluster);
            let idle = descriptors_of(cluster.pid());
            let open = |_| Connection::open(cluster.address()).unwrap();
            let mut waiting: Vec<_> = (0..20).map(open).collect();
            for connection in &mut waiting {
                connection.get("/").unwrap();
            }
            // The primary keeps what a worker has not taken yet. Where workers accept themselves, none is sent to the blocked one.
            until("some wait for the worker that is blocked", || {
                policy.ends_with("shared") || descriptors_of(cluster.pid()) > idle
            });

            let had = kill_and_count(&cluster, blocked);

            assert_eq!(had, 1);
            for connection in &mut waiting {
                let answer = connection.answer().unwrap();
                assert_ne!(answer.worker().unwrap(), blocked);
            }
            let failure = lost.answer().unwrap_err();
            let closed = matches!(failure, Failure::Empty | Failure::Reset);
            assert!(closed, "{failure:?}");
        }
    });
}

#[test]
fn connections_that_a_killed_worker_had_are_closed_and_not_left_to_wait() {
    each_policy(|policy| {
        let policy = format!("policy={policy}");
        let cluster = Cluster::start(slow(&["workers=2", &policy]), 2);
        // Stopped meanwhile, so that all come in one burst.
        cluster.signal(Signal::SIGSTOP);
        let open = |_| Connection::open(cluster.address()).unwrap();
        let mut connections: Vec<_> = (0..50).map(open).collect();
        cluster.signal(Signal::SIGCONT);
        for connection in &mut connections {
            connection.get("/sleep/60000").unwrap();
        }
        let victim = cluster.workers()[0];
        let had = |worker: &u32| cluster.connections_of(*worker);
        until("all are in hand", || {
            cluster.workers().iter().map(had).sum::<usize>() == 50
        });
        // The acknowledgements are on their way to the primary.
        thread::sleep(Duration::from_millis(100));

        let had = kill_and_count(&cluster, victim);

        let is_closed = |connection: &mut Connection| {
            connection.patience = Duration::from_millis(soak(2000, 500));
            matches!(connection.answer(), Err(Failure::Empty | Failure::Reset))
        };
        thread::scope(|scope| {
            let waiting = connections.iter_mut();
            let waiting: Vec<_> = waiting
                .map(|connection| scope.spawn(move || is_closed(connection)))
                .collect();
            let closed = waiting.into_iter().map(|waiting| waiting.join().unwrap());
            assert_eq!(closed.filter(|closed| *closed).count(), had);
        });
    });
}

/// What keeps the workers busy meanwhile.
#[derive(Default)]
struct Work {
    _connections: Vec<Connection>,
    _load: Option<Load>,
}

/// Kills primaries, and looks how long the workers outlive theirs.
fn workers_go_with_their_primary(what: &str, work: impl Fn(&Cluster) -> Work) {
    let _alone = alone();
    let mut times: Vec<_> = (0..soak(100, 5))
        .map(|_| {
            let mut cluster = Cluster::start(slow(&["workers=2", "hang=60000"]), 2);
            let _work = work(&cluster);
            assert_eq!(children_of(cluster.pid()).len(), 2);
            cluster.kill_primary()
        })
        .collect();
    times.sort();
    let (middle, p99) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("workers outlive a killed primary, {what}: {middle:?}, p99 {p99:?}");
    // The rest is the time until a busy machine lets us look.
    assert!(middle < Duration::from_millis(soak(100, 1000)), "{times:?}");
    assert!(times.last() < Some(&Duration::from_secs(5)), "{times:?}");
}

#[test]
fn idle_workers_go_with_their_primary() {
    workers_go_with_their_primary("idle", |_| Work::default());
}

#[test]
fn loaded_workers_go_with_their_primary() {
    workers_go_with_their_primary("loaded", |cluster| {
        let load = Load::start(cluster.address(), Kind::KeepAlive, 8);
        until("answers come", || load.right() > 20);
        let _load = Some(load);
        Work {
            _load,
            ..Work::default()
        }
    });
}

#[test]
fn a_worker_that_computes_goes_with_its_primary() {
    workers_go_with_their_primary("busy", |cluster| Work {
        _connections: vec![block_a_worker(cluster).0],
        ..Work::default()
    });
}

#[test]
fn a_worker_that_is_stopped_goes_with_its_primary() {
    workers_go_with_their_primary("stopped", |cluster| {
        let worker = cluster.workers()[0];
        send(worker, Signal::SIGSTOP);
        until("it stands still", || is_stopped(worker));
        Work::default()
    });
}

#[test]
fn workers_that_can_never_start_end_the_cluster_with_one_line() {
    for (program, why) in [
        ("/bin/false", "exit status 1"),
        ("/nowhere/at/all", "No such file"),
    ] {
        let begun = Instant::now();

        let exec = format!("exec={program}");
        let (status, stdout, stderr) = run(slow_binary(), &["workers=2", &exec]);

        assert_eq!(status, Some(1));
        assert!(!stdout.contains("started"), "{stdout}");
        let lines: Vec<_> = stderr
            .lines()
            .filter(|line| !line.contains("listening"))
            .collect();
        assert_eq!(lines.len(), 1, "{stderr}");
        assert!(
            lines[0].contains("no worker could be started") && lines[0].contains(why),
            "{stderr}"
        );
        // The tries are 0, 100, 200 and 400 ms apart.
        assert!(begun.elapsed() > Duration::from_millis(500));
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let (status, _, stderr) = run(slow_binary(), &["workers=1", "cwd=/no/such"]);

    assert_eq!(status, Some(1));
    assert!(stderr.contains(" in /no/such: "), "{stderr}");
}

#[test]
fn a_slot_that_can_never_start_does_not_disturb_the_others() {
    each_policy(|policy| {
        let folder = tempfile::tempdir().unwrap();
        let (script, tries) = (folder.path().join("worker"), folder.path().join("tries"));
        let fails = format!("echo >> {}; exit 1", tries.display());
        let serves = format!("exec {}", slow_binary().display());
        write_script(
            &script,
            &format!("#!/bin/sh\nif [ $CLUSTER_WORKER_SLOT = 1 ]; then {fails}; fi\n{serves}\n"),
        );
        let (exec, policy) = (
            format!("exec={}", script.display()),
            format!("policy={policy}"),
        );
        let cluster = Cluster::start(slow(&["workers=2", &exec, &policy]), 1);

        let load = Load::start(cluster.address(), Kind::OneShot, 4);
        thread::sleep(Duration::from_millis(soak(60_000, 1_500)));

        load.stop().assert_nothing_failed();
        assert_eq!(cluster.workers().len(), 1);
        let tries = fs::read_to_string(tries).unwrap().lines().count();
        println!("{policy}: {tries} tries");
        assert!((2..=soak(15, 8)).contains(&tries), "{tries}");
    });
}

#[test]
fn a_worker_that_hangs_is_replaced() {
    each_policy(|policy| {
        let policy = format!("policy={policy}");
        let cluster = Cluster::start(slow(&["workers=2", "hang=1000", &policy]), 2);
        let begun = Instant::now();
        let (mut lost, hung) = block_a_worker(&cluster);

        // Some of these wait behind it, and are answered by others when it is gone.
        for _ in 0..20 {
            let mut connection = Connection::open(cluster.address()).unwrap().patient();
            let answer = connection.ask("/").unwrap();
            assert_ne!(answer.worker().unwrap(), hung);
        }

        until("it is replaced", || {
            let workers = cluster.workers();
            workers.len() == 2 && !workers.contains(&hung)
        });
        until("people are told", || cluster.count_stderr("hangs") == 1);
        assert!(begun.elapsed() < Duration::from_secs(6), "{begun:?}");
        assert!(lost.answer().is_err());
    });
}

#[test]
fn a_panic_costs_its_own_connection_only() {
    let cluster = Cluster::start(slow(&["workers=1"]), 1);
    let worker = cluster.workers()[0];
    let mut other = Connection::open(cluster.address()).unwrap();
    other.ask("/").unwrap();

    for _ in 0..10 {
        let failure = ask_once(cluster.address(), "/panic").unwrap_err();
        let closed = matches!(failure, Failure::Empty | Failure::Reset);
        assert!(closed, "{failure:?}");
    }

    assert_eq!(other.ask("/").unwrap().worker(), Some(worker));
    let answer = ask_once(cluster.address(), "/").unwrap();
    assert_eq!(answer.worker(), Some(worker));
    assert_eq!(cluster.workers(), [worker]);
}
