//! Who leaves finishes first: whoever is connected gets an answer, and what has no end is cut.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Connection, Failure, ask_once};
use crate::support::cluster::{Cluster, serve, slow};
use crate::support::load::{Kind, Load};
use crate::support::process::{children_of, is_stopped, send};
use crate::support::{POLICIES, each_policy, soak, until};
use nix::sys::signal::Signal;

/// How one worker comes to leave.
#[derive(Clone, Copy, Debug)]
enum Leave {
    /// The cluster is reloaded.
    Reload,
    /// Somebody sends SIGTERM to the worker.
    Term,
}

/// Each policy with each way to leave, all at once: they mostly wait.
fn each_way(run: impl Fn(&str, Leave) + Sync) {
    thread::scope(|scope| {
        for policy in POLICIES {
            for way in [Leave::Reload, Leave::Term] {
                let run = &run;
                scope.spawn(move || run(policy, way));
            }
        }
    });
}

/// A cluster of one worker.
fn one(policy: &str, linger: &str, deadline: &str) -> Cluster {
    let policy = format!("policy={policy}");
    let (linger, deadline) = (format!("linger={linger}"), format!("deadline={deadline}"));
    Cluster::start(slow(&["workers=1", &policy, &linger, &deadline]), 1)
}

/// Lets its worker go, and returns when that has begun to; another one serves by then.
fn leave(cluster: &Cluster, way: Leave) {
    match way {
        Leave::Reload => cluster.signal(Signal::SIGHUP),
        Leave::Term => send(cluster.workers()[0], Signal::SIGTERM),
    }
    until("another one serves", || cluster.started() == 2);
}

/// Connections that the worker has taken, and on which nothing was sent.
fn fresh_connections(cluster: &Cluster, count: usize) -> Vec<Connection> {
    let address = cluster.address();
    let connections: Vec<_> = (0..count)
        .map(|_| Connection::open(address).unwrap())
        .collect();
    let worker = cluster.workers()[0];
    until("the worker has them", || {
        cluster.connections_of(worker) == count
    });
    connections
}

/// Waits until the answer on this connection is the last one.
fn drain_has_begun(mut connection: Connection) {
    until("the drain has begun", || {
        connection.ask("/").unwrap().closes
    });
}

/// Each gets an answer, its last one, from the worker that leaves.
#[track_caller]
fn assert_answered_and_closed(connections: Vec<Connection>, worker: u32) {
    for mut connection in connections {
        let answer = connection.ask("/").unwrap();
        assert_eq!(answer.worker(), Some(worker));
        assert!(answer.closes);
        assert_eq!(connection.end(), Ok(()));
    }
}

#[test]
fn a_connection_without_a_byte_yet_is_answered_after_the_drain_has_begun() {
    each_way(|policy, way| {
        let mut cluster = one(policy, "60000", "10000");
        let worker = cluster.workers()[0];
        let mut connections = fresh_connections(&cluster, 50);

        leave(&cluster, way);
        drain_has_begun(connections.remove(0));

        assert_answered_and_closed(connections, worker);
        until("the old one is gone", || {
            cluster.look();
            !cluster.workers().contains(&worker)
        });
    });
}

#[test]
fn an_idle_connection_is_answered_while_the_worker_lingers() {
    each_way(|policy, way| {
        let cluster = one(policy, "60000", "10000");
        let worker = cluster.workers()[0];
        let mut connections = fresh_connections(&cluster, 20);
        for connection in &mut connections {
            assert!(!connection.ask("/").unwrap().closes);
        }

        leave(&cluster, way);
        drain_has_begun(connections.remove(0));

        assert_answered_and_closed(connections, worker);
    });
}

#[test]
fn a_request_that_was_there_in_time_is_answered_by_a_worker_that_looks_too_late() {
    each_way(|policy, way| {
        let cluster = one(policy, "500", "20000");
        let worker = cluster.workers()[0];
        let mut connections = fresh_connections(&cluster, 10);
        connections[0].ask("/").unwrap();
        leave(&cluster, way);

        send(worker, Signal::SIGSTOP);
        until("it stands still", || is_stopped(worker));
        for connection in &mut connections {
            connection.get("/").unwrap();
        }
        thread::sleep(Duration::from_millis(600));
        send(worker, Signal::SIGCONT);

        for connection in &mut connections {
            let answer = connection.answer().unwrap();
            assert_eq!((answer.worker(), answer.closes), (Some(worker), true));
        }
    });
}

#[test]
fn an_idle_connection_is_closed_once_the_worker_has_lingered() {
    let cluster = one("rr", "200", "20000");
    let mut connections = fresh_connections(&cluster, 2);
    connections[0].ask("/").unwrap();

    leave(&cluster, Leave::Reload);

    for mut connection in connections {
        assert_eq!(connection.end(), Ok(()));
    }
    until("the old one is gone", || cluster.workers().len() == 1);
}

#[test]
fn a_slow_handler_and_a_slow_body_outlive_the_linger() {
    each_way(|policy, way| {
        let cluster = one(policy, "100", "20000");
        let worker = cluster.workers()[0];
        let mut connections = fresh_connections(&cluster, 2);
        connections[0].get("/sleep/600").unwrap();
        let head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n";
        connections[1].send(head).unwrap();

        leave(&cluster, way);
        for _ in 0..10 {
            thread::sleep(Duration::from_millis(50));
            connections[1].send([b'x'; 5000]).unwrap();
        }

        let echo = connections[1].answer().unwrap();
        assert_eq!(
            (echo.status, echo.body.len(), echo.closes),
            (200, 50_000, true)
        );
        let late = connections[0].answer().unwrap();
        assert_eq!((late.worker(), late.closes), (Some(worker), true));
    });
}

#[test]
fn what_takes_longer_than_the_deadline_is_cut() {
    // By the worker itself, so that it can tell what it has done; a busy machine may keep it from that until the primary has to kill it.
    let ends_by_itself = (0..5).any(|_| is_cut_by_the_worker_itself());

    assert!(ends_by_itself);
}

fn is_cut_by_the_worker_itself() -> bool {
    let mut command = serve("rr", 1);
    command.args(["--idle-grace", "100ms", "--drain-timeout", "300ms"]);
    let cluster = Cluster::start(command, 1);
    let worker = cluster.workers()[0];
    let mut connection = Connection::open(cluster.address()).unwrap();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n";
    connection.send(head).unwrap();
    until("it is in hand", || cluster.connections_of(worker) == 1);
    let begun = Instant::now();

    leave(&cluster, Leave::Reload);

    let cut = connection.patient().answer().unwrap_err();
    assert!(matches!(cut, Failure::Empty | Failure::Reset), "{cut:?}");
    assert!(begun.elapsed() >= Duration::from_millis(300));
    until("it is gone", || !cluster.workers().contains(&worker));
    assert!(begun.elapsed() < Duration::from_secs(5), "{begun:?}");
    cluster.count_stderr("did not finish") == 0
}

#[test]
fn a_worker_that_computes_past_its_deadline_is_killed() {
    let cluster = one("rr", "100", "300");
    let worker = cluster.workers()[0];
    let mut connection = Connection::open(cluster.address()).unwrap();
    connection.get("/spin/60000").unwrap();
    until("it is in hand", || cluster.connections_of(worker) == 1);
    let begun = Instant::now();

    leave(&cluster, Leave::Reload);

    until("it is gone", || !cluster.workers().contains(&worker));
    assert!(begun.elapsed() < Duration::from_secs(6), "{begun:?}");
    assert!(ask_once(cluster.address(), "/").is_ok());
}

#[test]
fn a_worker_that_is_told_to_end_is_replaced_before_it_is_gone() {
    let cluster = one("rr", "20000", "20000");
    let old = cluster.workers()[0];
    let _idle = fresh_connections(&cluster, 1);

    leave(&cluster, Leave::Term);

    assert!(cluster.workers().contains(&old));
    let answer = ask_once(cluster.address(), "/").unwrap();
    assert_ne!(answer.worker(), Some(old));
}

#[test]
fn a_shutdown_answers_all_that_is_in_hand() {
    each_policy(|policy| {
        let policy = format!("policy={policy}");
        let command = slow(&["workers=2", "linger=100", "deadline=20000", &policy]);
        let mut cluster = Cluster::start(command, 2);
        let open = |_| Connection::open(cluster.address()).unwrap();
        let mut connections: Vec<_> = (0..16).map(open).collect();
        for connection in &mut connections {
            connection.get("/sleep/500").unwrap();
        }

        cluster.signal(Signal::SIGTERM);

        for connection in &mut connections {
            let answer = connection.answer().unwrap();
            assert!(answer.closes && answer.worker().is_some(), "{answer:?}");
        }
        assert_eq!(cluster.wait().code(), Some(0));
    });
}

#[test]
fn a_shutdown_answers_all_who_wait_to_be_accepted() {
    each_policy(|policy| {
        let policy = format!("policy={policy}");
        let command = slow(&["workers=2", "linger=500", "deadline=20000", &policy]);
        let mut cluster = Cluster::start(command, 2);
        let all: Vec<_> = [cluster.pid()]
            .into_iter()
            .chain(cluster.workers())
            .collect();
        all.iter().for_each(|pid| send(*pid, Signal::SIGSTOP));
        let open = |_| Connection::open(cluster.address()).unwrap();
        let mut connections: Vec<_> = (0..300).map(open).collect();
        for connection in &mut connections {
            connection.get("/").unwrap();
        }

        cluster.signal(Signal::SIGTERM);
        all.iter().for_each(|pid| send(*pid, Signal::SIGCONT));

        for connection in &mut connections {
            let answer = connection.answer().unwrap();
            assert!(answer.worker().is_some(), "{answer:?}");
        }
        assert_eq!(cluster.wait().code(), Some(0));
    });
}

#[test]
fn in_a_shutdown_under_load_requests_are_answered_or_refused_and_nothing_else() {
    each_policy(|policy| {
        for kind in [Kind::KeepAlive, Kind::OneShot] {
            for _ in 0..soak(20, 2) {
                let mut command = serve(policy, 2);
                command.args(["--idle-grace", "200ms"]);
                let mut cluster = Cluster::start(command, 2);
                // Keeps the workers for as long as they linger.
                let _idle: Vec<_> = (0..4)
                    .map(|_| Connection::open(cluster.address()))
                    .collect();
                let load = Load::start(cluster.address(), kind, 8);
                until("answers come", || load.right() > 100);

                cluster.signal(Signal::SIGTERM);
                assert_eq!(cluster.wait().code(), Some(0));

                let tally = load.stop();
                println!("{policy}, {kind:?}: {tally}");
                assert_eq!(
                    tally.failures(),
                    tally.refused,
                    "{policy}, {kind:?}: {tally}"
                );
            }
        }
    });
}

/// A cluster that would take long to end, since a connection is idle.
fn reluctant() -> (Cluster, Connection) {
    let mut command = serve("rr", 2);
    command.args(["--idle-grace", "60s"]);
    let cluster = Cluster::start(command, 2);
    let mut idle = Connection::open(cluster.address()).unwrap();
    idle.ask("/").unwrap();
    (cluster, idle)
}

#[test]
fn whoever_comes_after_a_shutdown_has_begun_is_refused_at_once() {
    each_policy(|policy| {
        let mut command = serve(policy, 2);
        command.args(["--idle-grace", "60s"]);
        let cluster = Cluster::start(command, 2);
        let mut idle = Connection::open(cluster.address()).unwrap();
        idle.ask("/").unwrap();

        cluster.signal(Signal::SIGTERM);

        until("it has begun", || {
            ask_once(cluster.address(), "/") == Err(Failure::Refused)
        });
        // Whoever has nothing to do has gone.
        until("one is left", || children_of(cluster.pid()).len() == 1);
        assert!(idle.ask("/").unwrap().closes);
    });
}

#[test]
fn the_second_signal_ends_at_once_with_the_status_that_a_shell_gives() {
    for (signal, status) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130)] {
        let (mut cluster, _idle) = reluctant();
        cluster.signal(signal);
        until("it drains", || ask_once(cluster.address(), "/").is_err());
        let begun = Instant::now();

        cluster.signal(signal);

        assert_eq!(cluster.wait().code(), Some(status));
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn quit_ends_at_once() {
    let (mut cluster, _idle) = reluctant();
    let begun = Instant::now();

    cluster.signal(Signal::SIGQUIT);

    assert_eq!(cluster.wait().code(), Some(131));
    assert!(begun.elapsed() < Duration::from_secs(2));
}
