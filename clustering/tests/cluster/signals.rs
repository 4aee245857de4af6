//! TTIN and TTOU make the cluster larger and smaller, USR1 lets it say how it is.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::support::client::Connection;
use crate::support::cluster::{Cluster, binary, serve};
use crate::support::load::{Kind, Load};
use crate::support::process::children_of;
use crate::support::{each_policy, until};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::Value;

#[test]
fn ttin_adds_a_worker_and_ttou_lets_one_go_but_not_the_last_one() {
    each_policy(|policy| {
        let mut command = serve(policy, 1);
        command.args(["--idle-grace", "100ms"]);
        let mut cluster = Cluster::start(command, 1);
        let first = cluster.workers();
        let load = Load::start(cluster.address(), Kind::KeepAlive, 4);

        for more in [2, 3] {
            cluster.signal(Signal::SIGTTIN);
            until("there is one more", || {
                cluster.look();
                cluster.workers().len() == more
            });
        }
        for fewer in [2, 1] {
            cluster.signal(Signal::SIGTTOU);
            until("there is one less", || cluster.workers().len() == fewer);
        }
        cluster.signal(Signal::SIGTTOU);
        // It has obeyed all signals that came before this one.
        cluster.signal(Signal::SIGUSR1);
        until("it has said how it is", || cluster.count_stderr("{\"") == 1);

        assert_eq!(cluster.workers(), first, "{policy}");
        until("nobody else is there", || {
            children_of(cluster.pid()).len() == 1
        });
        load.stop().assert_nothing_failed();
    });
}

#[test]
fn usr1_writes_the_state_as_one_line_of_json_to_stderr() {
    let cluster = Cluster::start(serve("rr", 2), 2);
    let quiet = (cluster.stdout().len(), cluster.stderr().len());

    cluster.signal(Signal::SIGUSR1);

    until("it has said how it is", || cluster.stderr().len() > quiet.1);
    let lines = cluster.stderr();
    let json = lines[quiet.1].strip_prefix("clustering: ").unwrap();
    let state: Value = serde_json::from_str(json).unwrap();
    assert_eq!(state["wanted"], 2);
    assert_eq!(state["ending"], false);
    let workers = state["workers"].as_array().unwrap();
    assert_eq!(workers.len(), 2);
    assert!(workers.iter().all(|worker| worker["state"] == "ready"));
    assert_eq!(
        (cluster.stdout().len(), lines.len()),
        (quiet.0, quiet.1 + 1)
    );
}

#[test]
fn ctrl_c_is_for_the_primary_alone_so_that_workers_finish() {
    let mut command = serve("rr", 1);
    command.process_group(0);
    let mut cluster = Cluster::start(command, 1);
    let mut idle = Connection::open(cluster.address()).unwrap();
    let before = idle.ask("/").unwrap();

    // As a terminal does, to all that run in it.
    let group = Pid::from_raw(i32::try_from(cluster.pid()).unwrap());
    killpg(group, Signal::SIGINT).unwrap();
    until("the worker is asked to go", || {
        idle.ask("/").unwrap().closes
    });

    assert!(!before.closes);
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn a_signal_that_is_ignored_at_the_start_is_named() {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" serve -l 127.0.0.1:0 -w 1"]);
    command.arg(binary());
    let mut cluster = Cluster::start(command, 1);
    assert_eq!(cluster.count_stderr("SIGHUP is ignored"), 1);

    cluster.signal(Signal::SIGHUP);
    cluster.signal(Signal::SIGTERM);

    assert_eq!(cluster.wait().code(), Some(0));
    assert_eq!(cluster.count_stderr("reloaded"), 0);
}
