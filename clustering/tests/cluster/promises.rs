//! What is promised in a few words and easily broken: the first answer, full workers, messages, the environment.

use std::time::{Duration, Instant};

use crate::support::client::Connection;
use crate::support::cluster;
use crate::support::cluster::{Cluster, run, serve, slow, slow_binary};
use crate::support::{each_policy, until};
use nix::sys::signal::Signal;

#[test]
fn a_worker_whose_first_answer_is_none_to_be_trusted_fails_at_once_and_with_its_reason() {
    // Built before the time runs.
    let server = slow_binary();
    for (probe, reason) in [("/panic", "GET /panic was not answered"), ("/wrong", "")] {
        let begun = Instant::now();
        let args = ["workers=1", &format!("probe={probe}")];

        if reason.is_empty() {
            // 404 is an answer.
            drop(Cluster::start(slow(&args), 1));
            continue;
        }
        let (status, _, stderr) = run(&server, &args);

        assert_eq!(status, Some(1));
        assert!(stderr.contains("5 times in a row"), "{stderr}");
        assert!(stderr.contains(reason), "{stderr}");
        // Five limits of a start would be 50 s.
        assert!(begun.elapsed() < Duration::from_secs(30), "{begun:?}");
    }
}

#[test]
fn who_waits_behind_full_workers_is_answered_before_a_cluster_ends() {
    let mut cluster = Cluster::start(slow(&["workers=1", "most=1", "linger=200"]), 1);
    let mut connections: Vec<_> = (0..3)
        .map(|_| {
            let mut connection = Connection::open(cluster.address()).unwrap().patient();
            connection.get("/sleep/300").unwrap();
            connection
        })
        .collect();
    until("one of them is in hand", || {
        cluster.connections_of(cluster.workers()[0]) == 1
    });

    cluster.signal(Signal::SIGTERM);

    for connection in &mut connections {
        assert_eq!(connection.answer().unwrap().status, 200);
    }
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn a_full_worker_takes_the_next_one_as_soon_as_it_has_room() {
    each_policy(|policy| {
        let cluster = Cluster::start(
            slow(&["workers=1", "most=1", &format!("policy={policy}")]),
            1,
        );
        let begun = Instant::now();

        for _ in 0..20 {
            let mut connection = Connection::open(cluster.address()).unwrap();
            assert_eq!(connection.ask("/").unwrap().status, 200);
        }

        // A worker says once a second what it has, whatever happens: that would be 20 s.
        assert!(begun.elapsed() < Duration::from_secs(10), "{begun:?}");
    });
}

#[test]
fn what_the_environment_says_wrongly_is_an_error_unless_the_command_line_says_better() {
    for (name, value, better) in [
        ("CLUSTER_WORKERS", "many", ["-w", "1"]),
        ("CLUSTER_SCHED_POLICY", "fair", ["-p", "rr"]),
    ] {
        let mut command = serve("rr", 1);
        command.env(name, value);
        drop(Cluster::start(command, 1));

        let mut command = std::process::Command::new(cluster::binary());
        command.args(["serve", "-l", "0"]).env(name, value);
        let other = if better[0] == "-w" {
            ["-p", "rr"]
        } else {
            ["-w", "1"]
        };
        let output = command.args(other).output().unwrap();

        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(name) && stderr.contains(value), "{stderr}");
    }
}
