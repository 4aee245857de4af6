//! `LISTEN_FDS`: a listener that somebody else holds, whose queue outlives the cluster.

use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use crate::addresses::assert_answers;
use crate::support::client::{Connection, ask_once};
use crate::support::cluster;
use crate::support::cluster::{Cluster, binary};
use crate::support::load::{Kind, Load};
use crate::support::peer;
use crate::support::process::Process;
use crate::support::until;
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::Signal;

/// What systemd does: the listener is the first descriptor after stderr, and meant for this process.
const ACTIVATE: &str =
    r#"export LISTEN_FDS=1 LISTEN_PID=$$; exec "$0" serve -w 2 "$@" 3<&0 </dev/null"#;

/// The same with two: our stdin and stdout. What it prints goes to stderr.
const ACTIVATE_TWO: &str =
    r#"export LISTEN_FDS=2 LISTEN_PID=$$; exec "$0" serve "$@" 3<&0 4<&1 </dev/null >&2"#;

pub fn activated(descriptor: impl Into<OwnedFd>, args: &[&str]) -> Cluster {
    let mut command = Command::new("sh");
    command.args(["-c", ACTIVATE]).arg(binary()).args(args);
    command.stdin(Stdio::from(descriptor.into()));
    Cluster::spawn(command)
}

fn serving(listener: &TcpListener, policy: &str) -> Cluster {
    let mut cluster = activated(listener.try_clone().unwrap(), &["-p", policy]);
    until("workers are ready", || {
        cluster.look();
        cluster.workers().len() == 2
    });
    cluster
}

#[test]
fn it_serves_on_the_listener_that_it_is_given_and_on_no_other() {
    for policy in ["rr", "shared"] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();

        let mut cluster = serving(&listener, policy);

        assert_eq!(cluster.address(), address);
        let load = Load::start(address, Kind::OneShot, 4);
        until("answers come", || load.right() > 100);
        cluster.reload();
        load.stop().assert_nothing_failed();
    }
}

#[test]
fn whoever_waits_in_the_queue_while_there_is_no_cluster_is_served_by_the_next_one() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let mut first = serving(&listener, "rr");
    first.kill_primary();

    let mut waiting: Vec<_> = (0..20)
        .map(|_| Connection::open(address).unwrap().patient())
        .collect();
    for connection in &mut waiting {
        connection.get("/").unwrap();
    }
    let second = serving(&listener, "rr");

    for connection in &mut waiting {
        let answer = connection.answer().unwrap();
        assert!(second.workers().contains(&answer.worker().unwrap()));
    }
}

#[test]
fn all_that_it_is_given_are_served_and_handed_to_the_next_primary() {
    set_child_subreaper(true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.sock");
    let file = UnixListener::bind(&path).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = port.local_addr().unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", ACTIVATE_TWO]).arg(binary());
    command.args(["-w", "1", "--idle-grace", "100ms"]);
    command.stdin(OwnedFd::from(port));
    let mut cluster = Cluster::spawn_with_stdout(command, OwnedFd::from(file));
    let assert_serves = |cluster: &Cluster| {
        assert_eq!(cluster.address(), address);
        assert_eq!(ask_once(address, "/").unwrap().status, 200);
        assert_answers(&path);
    };
    assert_serves(&cluster);
    let primary = cluster.pid();
    cluster.look();

    cluster.signal(Signal::SIGUSR2);
    until("a new primary serves alone", || {
        cluster.look();
        cluster.pid() != primary && !Process::of(primary).is_some_and(|old| old.runs())
    });

    assert_serves(&cluster);
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    assert!(path.exists());
}

#[test]
fn what_is_no_listener_is_an_error() {
    let file = tempfile::tempfile().unwrap();
    let connection = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap()
    };
    for wrong in [OwnedFd::from(file), connection.into()] {
        let mut cluster = activated(wrong, &[]);

        assert_eq!(cluster.wait().code(), Some(1), "{:?}", cluster.stderr());
        assert_eq!(cluster.stdout(), [""; 0]);
        assert_eq!(cluster.stderr().len(), 1, "{:?}", cluster.stderr());
    }
}

#[test]
fn what_is_meant_for_another_process_is_left_alone() {
    let mut command = cluster::serve("rr", 1);
    command.env("LISTEN_FDS", "1").env("LISTEN_PID", "1");

    let cluster = Cluster::start(command, 1);

    assert_eq!(cluster.address().ip().to_string(), "127.0.0.1");
}

#[test]
fn systemd_starts_it_with_the_first_connection() {
    let Some(activate) = peer::need("systemd-socket-activate") else {
        return;
    };
    let address: SocketAddr = format!("127.0.0.1:{}", peer::free_port()).parse().unwrap();
    let mut command = Command::new(activate);
    command.args(["-l", &address.to_string()]).arg(binary());
    command.args(["serve", "-w", "2"]).stdin(Stdio::null());
    let mut cluster = Cluster::spawn(command);
    until("systemd listens", || {
        cluster.count_stderr("Listening on") > 0
    });
    assert_eq!(cluster.stdout(), [""; 0]);

    let mut first = Connection::open(address).unwrap().patient();
    let answer = first.ask("/").unwrap();

    assert_eq!(answer.status, 200);
    let primary = format!("Primary PID: {}", cluster.pid());
    until("it says who it is", || {
        cluster.stdout().first() == Some(&primary)
    });
    assert_eq!(cluster.address(), address);
    cluster.reload();
    drop(first);
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
}
