//! A reload is not noticed by anybody: every request is answered, by the old version or by the new one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::support::client::ask_once;
use crate::support::cluster::{Cluster, Copy, binary, serve, serve_with, slow_binary};
use crate::support::load::{Kind, Load};
use crate::support::process::{children_of, descriptors_of, zombies_of};
use crate::support::{each_policy, soak, until};
use nix::sys::signal::Signal;

/// Lets the load go on for a while, so that nothing that follows escapes it.
fn answer_more(load: &Load, requests: u64) {
    let enough = load.right() + requests;
    until("answers come", || load.right() >= enough);
}

/// A linger that no client outsleeps, however busy the machine is. Nobody has to wait for it: each connection ends with its next answer.
fn long_linger(mut command: Command) -> Command {
    command.args(["--idle-grace", "10s"]);
    command
}

fn reload_under_load(kind: Kind) {
    each_policy(|policy| {
        let mut cluster = Cluster::start(long_linger(serve(policy, 2)), 2);
        let load = Load::start(cluster.address(), kind, soak(16, 4));
        answer_more(&load, 100);

        for _ in 0..soak(20, 2) {
            let old = cluster.workers();
            cluster.reload();
            let new = cluster.workers();
            assert!(old.iter().all(|pid| !new.contains(pid)), "{old:?} {new:?}");
            answer_more(&load, soak(4000, 100));
        }

        let tally = load.stop();
        println!("{policy}, {kind:?}: {tally}");
        tally.assert_nothing_failed();
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0));
        assert!(tally.right >= soak(100_000, 300), "{tally}");
    });
}

#[test]
fn no_request_on_a_kept_connection_fails_in_a_reload() {
    reload_under_load(Kind::KeepAlive);
}

#[test]
fn no_request_on_a_connection_of_its_own_fails_in_a_reload() {
    reload_under_load(Kind::OneShot);
}

#[test]
fn a_new_program_in_the_place_of_the_old_one_serves_after_a_reload() {
    each_policy(|policy| {
        let program = Copy::of(&binary());
        let mut cluster = Cluster::start(serve_with(&program.path(), policy, 2), 2);
        let address = cluster.address();
        let load = Load::start(address, Kind::KeepAlive, 4);
        answer_more(&load, 100);

        program.replace(&slow_binary());
        cluster.reload();

        for _ in 0..50 {
            let answer = ask_once(address, "/").unwrap();
            assert!(answer.body.starts_with(b"Hello from"), "{answer:?}");
        }
        load.stop().assert_nothing_failed();
    });
}

/// A program that cannot serve takes the place of one that does; nobody notices.
fn bad_program_is_refused(make_bad: impl FnOnce(&Copy), said: &str) {
    bad_program_is_refused_within("10s", make_bad, said);
}

fn bad_program_is_refused_within(limit: &str, make_bad: impl FnOnce(&Copy), said: &str) {
    let program = Copy::of(&binary());
    let mut command = serve_with(&program.path(), "rr", 2);
    command.args(["--start-timeout", limit]);
    let mut cluster = Cluster::start(command, 2);
    let before = cluster.workers();
    let load = Load::start(cluster.address(), Kind::OneShot, 4);
    answer_more(&load, 50);
    let quiet = cluster.stderr().len();

    make_bad(&program);
    cluster.signal(Signal::SIGHUP);

    until("the reload is given up", || {
        cluster.look();
        cluster.count_stderr("not reloaded") == 1
    });
    answer_more(&load, 100);
    load.stop().assert_nothing_failed();
    assert_eq!(cluster.workers(), before);
    until("the bad one is gone", || {
        children_of(cluster.pid()).len() == 2
    });
    let lines = cluster.stderr().split_off(quiet);
    let verdicts: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("not reloaded"))
        .collect();
    assert_eq!(verdicts.len(), 1, "{lines:?}");
    assert!(verdicts[0].contains(said), "{lines:?}");
    // The next good one is taken.
    program.replace(&binary());
    cluster.reload();
    assert!(cluster.workers().iter().all(|pid| !before.contains(pid)));
}

#[test]
fn a_new_program_that_ends_at_once_leaves_the_old_ones_serving() {
    let bad = |program: &Copy| program.replace_with_script("#!/bin/sh\nexit 1\n");
    bad_program_is_refused(bad, "exit status 1");
}

#[test]
fn a_new_program_that_is_never_ready_leaves_the_old_ones_serving() {
    let bad = |program: &Copy| program.replace_with_script("#!/bin/sh\nexec sleep 1000\n");
    // Long enough for a good one on a busy machine.
    bad_program_is_refused_within("3s", bad, "not ready in time");
}

#[test]
fn a_new_program_that_is_missing_leaves_the_old_ones_serving() {
    let bad = |program: &Copy| fs::remove_file(program.path()).unwrap();
    bad_program_is_refused(bad, "No such file");
}

#[test]
fn a_new_program_that_may_not_be_started_leaves_the_old_ones_serving() {
    let bad = |program: &Copy| {
        program.replace_with_script("#!/bin/sh\nexit 1\n");
        fs::set_permissions(program.path(), fs::Permissions::from_mode(0o644)).unwrap();
    };
    bad_program_is_refused(bad, "Permission denied");
}

#[test]
fn a_new_program_with_another_protocol_leaves_the_old_ones_serving() {
    // A worker's stdin is its channel: four bytes of length, one for no descriptors, and the message.
    let online = r#"{"Online":{"protocol":999}}"#;
    let online = format!(r"printf '\{:03o}\0\0\0\0{online}' >&0", online.len());
    let script = format!("#!/bin/sh\n{online}\nexec sleep 1000\n");
    bad_program_is_refused(
        |program| program.replace_with_script(&script),
        "another version",
    );
}

#[test]
fn a_reload_that_is_asked_for_during_another_comes_after_it() {
    let mut cluster = Cluster::start(long_linger(serve("rr", 2)), 2);
    let load = Load::start(cluster.address(), Kind::KeepAlive, 4);

    cluster.signal(Signal::SIGHUP);
    until("it has begun", || cluster.started() > 2);
    cluster.signal(Signal::SIGHUP);

    until("both are done", || cluster.count_stderr(": reloaded") == 2);
    load.stop().assert_nothing_failed();
    assert_eq!(cluster.started(), 6);
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn a_hundred_reloads_in_a_second_leave_nothing_behind() {
    each_policy(|policy| {
        let mut cluster = Cluster::start(long_linger(serve(policy, 2)), 2);
        let load = Load::start(cluster.address(), Kind::KeepAlive, 4);
        cluster.reload();
        let before = settled_descriptors(&cluster);

        for _ in 0..100 {
            cluster.signal(Signal::SIGHUP);
            thread::sleep(Duration::from_millis(soak(10, 2)));
        }

        load.stop().assert_nothing_failed();
        until("two workers, and as many descriptors as before", || {
            children_of(cluster.pid()).len() == 2 && descriptors_of(cluster.pid()) <= before
        });
        // Those that come while one is under way are one.
        assert!(cluster.count_stderr(": reloaded") < 50);
        assert_eq!(zombies_of(cluster.pid()), 0);
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0));
    });
}

/// What the primary has when nothing is on its way.
fn settled_descriptors(cluster: &Cluster) -> usize {
    let mut last = 0;
    until("descriptors settle", || {
        thread::sleep(Duration::from_millis(20));
        let now = descriptors_of(cluster.pid());
        std::mem::replace(&mut last, now) == now
    });
    last
}

#[test]
fn a_reload_during_a_shutdown_changes_nothing() {
    each_policy(|policy| {
        let mut command = serve(policy, 2);
        command.args(["--idle-grace", "300ms"]);
        let mut cluster = Cluster::start(command, 2);
        // Holds the shutdown for as long as the linger.
        let idle = std::net::TcpStream::connect(cluster.address()).unwrap();
        ask_once(cluster.address(), "/").unwrap();

        cluster.signal(Signal::SIGTERM);
        for _ in 0..10 {
            cluster.signal(Signal::SIGHUP);
        }

        assert_eq!(cluster.wait().code(), Some(0));
        assert_eq!(cluster.started(), 2);
        drop(idle);
    });
}

#[test]
fn a_shutdown_during_a_reload_ends_old_and_new() {
    each_policy(|policy| {
        for moment in 0..soak(50, 4) {
            let mut cluster = Cluster::start(long_linger(serve(policy, 2)), 2);

            cluster.signal(Signal::SIGHUP);
            thread::sleep(Duration::from_millis(3 * moment));
            cluster.signal(Signal::SIGTERM);

            assert_eq!(cluster.wait().code(), Some(0), "{:?}", cluster.stderr());
        }
    });
}
