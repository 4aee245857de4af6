//! SIGUSR2: the primary becomes a new version of itself, and nobody who asks notices.

#[expect(dead_code, reason = "each file of tests needs a part of it")]
mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use nix::sys::signal::Signal;
use support::client::{Connection, ask_once};
use support::cluster::{Cluster, Copy, binary, serve_with, slow};
use support::load::{Kind, Load, Tally};
use support::process::{descriptors_of, zombies_of};
use support::{POLICIES, alone, soak, until};

fn copy_of_the_server(policy: &str) -> (Copy, Cluster) {
    let program = Copy::of(&binary());
    let mut command = serve_with(&program.path(), policy, 2);
    command.args(["--linger", "300ms"]);
    let cluster = Cluster::start(command, 2);
    (program, cluster)
}

/// Sends SIGUSR2, and returns when the new primary has its workers and the old ones are gone.
fn replace(cluster: &mut Cluster) {
    let old = cluster.workers();
    let before = cluster.count_stderr("listening on");
    cluster.signal(Signal::SIGUSR2);
    until("a new primary has new workers, and no old one", || {
        cluster.look();
        let now = cluster.workers();
        cluster.count_stderr("listening on") > before
            && now.len() == 2
            && old.iter().all(|pid| !now.contains(pid))
    });
}

fn replace_under_load(kind: Kind) {
    let _alone = alone();
    let mut all = Tally::default();
    for policy in POLICIES {
        let (_program, mut cluster) = copy_of_the_server(policy);
        let load = Load::start(cluster.address(), kind, 8);
        for _ in 0..soak(20, 2) {
            let enough = load.right() + soak(2_000, 100);
            until("answers come", || load.right() >= enough);
            replace(&mut cluster);
        }

        let tally = load.stop();
        println!("{policy}, {kind:?}: {tally}");
        tally.assert_nothing_failed();
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0));
        all.add(tally);
    }
    println!("all, {kind:?}: {all}");
}

#[test]
fn no_request_on_a_kept_connection_fails_when_the_primary_is_replaced() {
    replace_under_load(Kind::KeepAlive);
}

#[test]
fn no_request_on_a_connection_of_its_own_fails_when_the_primary_is_replaced() {
    replace_under_load(Kind::OneShot);
}

#[test]
fn the_process_stays_and_becomes_the_program_that_is_in_the_file_now() {
    let _alone = alone();
    for policy in POLICIES {
        let (program, mut cluster) = copy_of_the_server(policy);
        let address = cluster.address();
        let before = descriptors_of(cluster.pid());
        replace(&mut cluster);
        until("nothing is left of the old one", || {
            zombies_of(cluster.pid()) == 0 && descriptors_of(cluster.pid()) == before
        });

        // The same program, but another file.
        let copy = Copy::of(&binary());
        let mut bytes = fs::read(copy.path()).unwrap();
        bytes.extend_from_slice(b"another version");
        fs::write(copy.path(), bytes).unwrap();
        program.replace(&copy.path());
        let inode = |path: &Path| fs::metadata(path).unwrap().ino();
        let exe = format!("/proc/{}/exe", cluster.pid());
        assert_ne!(inode(Path::new(&exe)), inode(&program.path()));
        replace(&mut cluster);

        assert_eq!(inode(Path::new(&exe)), inode(&program.path()));
        assert!(ask_once(address, "/").is_ok());
    }
}

#[test]
fn a_program_that_cannot_be_started_leaves_all_as_it_is() {
    let _alone = alone();
    for policy in POLICIES {
        let (program, cluster) = copy_of_the_server(policy);
        let workers = cluster.workers();
        fs::remove_file(program.path()).unwrap();

        cluster.signal(Signal::SIGUSR2);

        until("people are told", || {
            cluster.count_stderr("not replaced, all goes on") == 1
        });
        assert_eq!(cluster.workers(), workers);
        assert!(ask_once(cluster.address(), "/").is_ok());
    }
}

#[test]
fn a_broken_program_costs_nobody_an_answer() {
    let _alone = alone();
    let good = fs::read(binary()).unwrap();
    // An empty file is a script to some; the first page alone has the right magic number.
    for broken in [&[][..], &good[..4096], b"#!/bin/sh\nexit 1\n"] {
        let (program, mut cluster) = copy_of_the_server("rr");
        let load = Load::start(cluster.address(), Kind::OneShot, 4);
        until("answers come", || load.right() >= 50);
        let other = program.path().with_extension("broken");
        fs::write(&other, broken).unwrap();
        fs::set_permissions(&other, fs::metadata(program.path()).unwrap().permissions()).unwrap();
        fs::rename(&other, program.path()).unwrap();
        let workers = cluster.workers();

        cluster.signal(Signal::SIGUSR2);
        until("people are told", || {
            cluster.look();
            cluster.count_stderr("not replaced, all goes on") == 1
        });

        assert!(
            workers
                .iter()
                .all(|worker| cluster.workers().contains(worker))
        );
        load.stop().assert_nothing_failed();
    }
}

#[test]
fn what_takes_its_time_is_answered_by_workers_of_whichever_primary() {
    let _alone = alone();
    let mut cluster = Cluster::start(slow(&["workers=2", "linger=200"]), 2);
    let address = cluster.address();
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        let asks = || {
            let mut answers = 0;
            while !enough.load(Ordering::Relaxed) {
                ask_once(address, "/sleep/300").unwrap();
                answers += 1;
            }
            answers
        };
        let clients: Vec<_> = (0..4).map(|_| scope.spawn(asks)).collect();

        for _ in 0..2 {
            // A reload first, then the new primary's own.
            let started = cluster.started() + 4;
            cluster.signal(Signal::SIGUSR2);
            until("the new primary has workers", || {
                cluster.look();
                cluster.started() >= started
            });
        }
        enough.store(true, Ordering::Relaxed);
        cluster.signal(Signal::SIGTERM);

        assert!(clients.into_iter().all(|client| client.join().unwrap() > 0));
    });
    assert_eq!(cluster.wait().code(), Some(0), "{:?}", cluster.stderr());
    assert_eq!(zombies_of(cluster.pid()), 0);
}

#[test]
fn a_burst_of_signals_ends_nothing() {
    let _alone = alone();
    for policy in POLICIES {
        let (_program, mut cluster) = copy_of_the_server(policy);

        for signal in [
            Signal::SIGUSR2,
            Signal::SIGHUP,
            Signal::SIGUSR2,
            Signal::SIGUSR1,
        ]
        .repeat(10)
        {
            cluster.signal(signal);
        }

        until("it has settled", || {
            cluster.look();
            cluster.workers().len() == 2 && ask_once(cluster.address(), "/").is_ok()
        });
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0), "{:?}", cluster.stderr());
    }
}

#[test]
fn a_shutdown_waits_for_what_the_workers_of_the_old_primary_have_in_hand() {
    let _alone = alone();
    let (_program, mut cluster) = copy_of_the_server("rr");
    let mut idle = Connection::open(cluster.address()).unwrap();
    idle.ask("/").unwrap();
    let started = cluster.started();
    cluster.signal(Signal::SIGUSR2);
    until("the new one has workers", || {
        cluster.look();
        cluster.started() >= started + 2
    });

    cluster.signal(Signal::SIGTERM);

    assert_eq!(cluster.wait().code(), Some(0));
    assert_eq!(cluster.workers(), [0; 0], "each was seen to die");
}
