//! SIGUSR2: a new version of the program starts beside the old one and takes over, and no client notices.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::support::client::{Connection, ask_once};
use crate::support::cluster::{Cluster, Copy, binary, serve, serve_with, slow, write_program};
use crate::support::load::{Kind, Load};
use crate::support::process::{Process, children_of, send, zombies_of};
use crate::support::{each_policy, soak, until};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::Signal;

fn copy_of_the_server(policy: &str) -> (Copy, Cluster) {
    // More than a new primary takes on a busy machine.
    copy_of_the_server_with("60s", "300ms", policy)
}

/// A server whose successor has that long to serve, and whose idle connections stay open that long.
fn copy_of_the_server_with(start_timeout: &str, idle_grace: &str, policy: &str) -> (Copy, Cluster) {
    // The new primary is ours when the old one has ended.
    set_child_subreaper(true).unwrap();
    let program = Copy::of(&binary());
    let mut command = serve_with(&program.path(), policy, 2);
    command.args(["--idle-grace", idle_grace, "--start-timeout", start_timeout]);
    let cluster = Cluster::start(command, 2);
    (program, cluster)
}

/// Sends SIGUSR2, and returns when the new primary has its workers and the old ones are gone.
fn replace(cluster: &mut Cluster) {
    let (old, primary) = (cluster.workers(), cluster.pid());
    cluster.look();
    cluster.signal(Signal::SIGUSR2);
    until("a new primary has new workers, and no old one", || {
        cluster.look();
        let now = cluster.workers();
        cluster.pid() != primary
            && now.len() == old.len()
            && old.iter().all(|pid| !now.contains(pid))
    });
}

fn replace_under_load(kind: Kind) {
    each_policy(|policy| {
        let (_program, mut cluster) = copy_of_the_server(policy);
        let load = Load::start(cluster.address(), kind, soak(8, 4));
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
    });
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
fn the_program_that_is_in_the_file_now_takes_over() {
    each_policy(|policy| {
        let (program, mut cluster) = copy_of_the_server(policy);
        let address = cluster.address();
        // The same program, but another file.
        let copy = Copy::of(&binary());
        let mut bytes = fs::read(copy.path()).unwrap();
        bytes.extend_from_slice(b"another version");
        fs::write(copy.path(), bytes).unwrap();
        program.replace(&copy.path());
        let inode = |path: &Path| fs::metadata(path).unwrap().ino();
        let exe = |pid: u32| inode(Path::new(&format!("/proc/{pid}/exe")));
        assert_ne!(exe(cluster.pid()), inode(&program.path()));

        replace(&mut cluster);

        assert_eq!(exe(cluster.pid()), inode(&program.path()));
        assert!(ask_once(address, "/").is_ok());
        assert_eq!(zombies_of(cluster.pid()), 0);
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0));
    });
}

#[test]
fn a_link_to_a_new_release_is_followed_also_when_the_old_release_is_gone() {
    set_child_subreaper(true).unwrap();
    let releases = [Copy::of(&binary()), Copy::of(&binary())];
    let folder = tempfile::tempdir().unwrap();
    let current = folder.path().join("current");
    symlink(releases[0].path(), &current).unwrap();
    let mut cluster = Cluster::start(serve_with(&current, "rr", 1), 1);
    let address = cluster.address();
    let [old, new] = releases;
    symlink(new.path(), folder.path().join("next")).unwrap();
    fs::rename(folder.path().join("next"), &current).unwrap();
    drop(old);
    let exe = |pid: u32| fs::read_link(format!("/proc/{pid}/exe")).unwrap();

    cluster.reload();

    assert_eq!(exe(cluster.workers()[0]), new.path());
    replace(&mut cluster);
    assert_eq!(exe(cluster.pid()), new.path());
    assert!(ask_once(address, "/").is_ok());
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn as_many_workers_as_the_old_primary_was_scaled_to_start() {
    let (_program, mut cluster) = copy_of_the_server("rr");
    cluster.signal(Signal::SIGTTIN);
    until("three workers serve", || cluster.workers().len() == 3);

    replace(&mut cluster);

    assert_eq!(cluster.workers().len(), 3);
}

#[test]
fn two_clusters_of_one_program_are_replaced_together() {
    set_child_subreaper(true).unwrap();
    let mut cluster = Cluster::start(slow(&["workers=1", "linger=200", "second=127.0.0.1:0"]), 2);
    let addresses = cluster.addresses();
    assert_eq!(addresses.len(), 2);
    let loads = addresses.iter();
    let loads: Vec<_> = loads.map(|to| Load::start(*to, Kind::OneShot, 2)).collect();

    for _ in 0..2 {
        replace(&mut cluster);
        assert_eq!(cluster.addresses()[..2], addresses);
    }

    loads
        .into_iter()
        .for_each(|load| load.stop().assert_nothing_failed());
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0), "{:?}", cluster.stderr());
}

#[test]
fn the_admin_address_and_the_pid_file_go_to_the_new_primary() {
    set_child_subreaper(true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.pid");
    let mut command = serve("rr", 1);
    command
        .args(["--admin", "127.0.0.1:0", "--pid-file"])
        .arg(&file);
    let mut cluster = Cluster::start(command, 1);
    let admin = cluster.admin();

    replace(&mut cluster);

    // It is written beside the notice to the old primary.
    let owner = format!("{}\n", cluster.pid());
    until("the file names the new primary", || {
        fs::read_to_string(&file).is_ok_and(|text| text == owner)
    });
    assert_eq!(ask_once(admin, "/readyz").unwrap().status, 200);
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    assert!(!file.exists());
}

#[test]
fn whoever_probes_the_admin_address_in_an_upgrade_meets_a_primary_that_is_ready() {
    set_child_subreaper(true).unwrap();
    let mut command = serve("rr", 1);
    command.args(["--admin", "127.0.0.1:0", "--idle-grace", "300ms"]);
    let mut cluster = Cluster::start(command, 1);
    let (address, admin) = (cluster.address(), cluster.admin());
    let enough = AtomicBool::new(false);
    let probe = || {
        while !enough.load(Ordering::Relaxed) {
            let answer = ask_once(admin, "/readyz").unwrap();
            assert_eq!(answer.status, 200);
        }
    };
    let mut kept = Connection::open(admin).unwrap();
    assert_eq!(kept.ask("/readyz").unwrap().status, 200);

    thread::scope(|scope| {
        let probes = [(); 2].map(|()| scope.spawn(probe));
        for round in 0..soak(20, 3) {
            // With a connection the old primary stays for a while.
            let mut idle = Connection::open(address).unwrap();
            idle.ask("/").unwrap();
            replace(&mut cluster);
            if round == 0 {
                assert!(kept.ask("/readyz").is_err(), "its primary has gone");
            }
        }
        enough.store(true, Ordering::Relaxed);
        probes.into_iter().for_each(|probe| probe.join().unwrap());
    });
}

#[test]
fn a_shutdown_ends_a_new_primary_that_is_not_ready() {
    let (_program, mut cluster, hanging) = upgrade_that_hangs();

    cluster.signal(Signal::SIGTERM);

    assert_eq!(cluster.wait().code(), Some(0));
    until("what it has started is gone too", || {
        !hanging.iter().any(Process::runs)
    });
}

#[test]
fn a_new_program_that_hangs_holds_no_port_when_the_old_primary_is_killed() {
    let (_program, mut cluster, hanging) = upgrade_that_hangs();
    let address = cluster.address();

    send(cluster.pid(), Signal::SIGKILL);

    until("the port is free", || TcpListener::bind(address).is_ok());
    for process in hanging {
        send(process.pid, Signal::SIGKILL);
    }
    cluster.look();
}

/// A server that waits for a new version, a script that waits for another program: both are returned.
fn upgrade_that_hangs() -> (Copy, Cluster, Vec<Process>) {
    let (program, mut cluster) = copy_of_the_server("rr");
    program.replace_with_script("#!/bin/sh\nsleep 1000\nexit 1\n");
    cluster.look();
    let before = children_of(cluster.pid());
    cluster.signal(Signal::SIGUSR2);
    let mut hanging = Vec::new();
    until("it has been started", || {
        hanging = children_of(cluster.pid());
        hanging.retain(|process| !before.contains(process));
        let of_the_script = hanging.iter().flat_map(|script| children_of(script.pid));
        hanging.extend(of_the_script.collect::<Vec<_>>());
        hanging.len() == 2
    });
    (program, cluster, hanging)
}

#[test]
fn a_program_that_cannot_be_started_leaves_all_as_it_is() {
    each_policy(|policy| {
        let (program, cluster) = copy_of_the_server(policy);
        let workers = cluster.workers();
        fs::remove_file(program.path()).unwrap();

        cluster.signal(Signal::SIGUSR2);

        until("people are told", || {
            cluster.count_stderr("not replaced, all goes on") == 1
        });
        assert_eq!(cluster.workers(), workers);
        assert!(ask_once(cluster.address(), "/").is_ok());
    });
}

#[test]
fn a_broken_program_costs_nobody_an_answer() {
    let good = fs::read(binary()).unwrap();
    // An empty file is a script to some; the first page alone has the right magic number.
    let hangs = b"#!/bin/sh\nexec sleep 1000\n";
    let garbage = vec![7; 100_000];
    let broken = [
        &[][..],
        &good[..4096],
        &garbage,
        b"#!/bin/sh\nexit 1\n",
        hangs,
    ];
    thread::scope(|scope| {
        for bytes in broken {
            scope.spawn(move || costs_nobody_an_answer(bytes));
        }
    });
}

fn costs_nobody_an_answer(broken: &[u8]) {
    let (program, mut cluster) = copy_of_the_server_with("3s", "300ms", "rr");
    let load = Load::start(cluster.address(), Kind::OneShot, 2);
    until("answers come", || load.right() >= 50);
    let other = program.path().with_extension("broken");
    write_program(&other, broken);
    fs::rename(&other, program.path()).unwrap();
    let workers = cluster.workers();

    cluster.signal(Signal::SIGUSR2);
    until("people are told", || {
        cluster.look();
        cluster.count_stderr("not replaced, all goes on") == 1
    });

    let now = cluster.workers();
    assert!(workers.iter().all(|worker| now.contains(worker)));
    load.stop().assert_nothing_failed();
}

#[test]
fn what_takes_its_time_is_answered_by_workers_of_whichever_primary() {
    set_child_subreaper(true).unwrap();
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
            replace(&mut cluster);
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
    each_policy(|policy| {
        let (_program, mut cluster) = copy_of_the_server(policy);
        let primary = cluster.pid();

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
            cluster.pid() != primary
                && cluster.workers().len() == 2
                && ask_once(cluster.address(), "/").is_ok()
        });
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0), "{:?}", cluster.stderr());
    });
}

#[test]
fn what_the_workers_of_the_old_primary_have_in_hand_is_answered() {
    // Idle connections stay open for longer than this takes; each ends with its next answer.
    let (_program, mut cluster) = copy_of_the_server_with("60s", "60s", "rr");
    let mut idle = Connection::open(cluster.address()).unwrap();
    idle.ask("/").unwrap();
    let (primary, started) = (cluster.pid(), cluster.started());
    cluster.look();
    cluster.signal(Signal::SIGUSR2);
    until("the new one has workers", || {
        cluster.look();
        cluster.started() >= started + 2
    });

    // The old one may not have heard of it yet.
    until("it has its last answer", || {
        let answer = idle.ask("/").unwrap();
        assert_eq!(answer.status, 200);
        answer.closes
    });

    until("the old ones have gone", || {
        cluster.look();
        cluster.workers().len() == 2 && cluster.pid() != primary
    });
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    assert_eq!(cluster.workers(), [0; 0], "each was seen to die");
}
