//! Several addresses of one cluster, Unix sockets among them: all are served, handed on, and cleaned up.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::client::ask_once;
use crate::support::cluster::{Cluster, Copy, binary, run, serve_with};
use crate::support::load::{Kind, Load};
use crate::support::{each_policy, until};
use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::Signal;
use tempfile::TempDir;

/// A folder for a socket, and the socket.
fn socket() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app.sock");
    (folder, path)
}

fn unix(path: &Path) -> String {
    format!("unix:{}", path.display())
}

/// The server on this socket alone.
fn serve_on(path: &Path) -> Command {
    let mut command = Command::new(binary());
    command.args(["serve", "-w", "1", "-l", &unix(path)]);
    command
}

/// Asks on a connection of its own, and returns the whole answer.
fn ask_file(path: &Path) -> io::Result<String> {
    let mut stream = UnixStream::connect(path)?;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[track_caller]
pub fn assert_answers(path: &Path) {
    let answer = ask_file(path).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("Handled by worker "), "{answer}");
}

#[test]
fn all_addresses_are_served_and_handed_to_the_next_primary() {
    set_child_subreaper(true).unwrap();
    each_policy(|policy| {
        let (_folder, path) = socket();
        let program = Copy::of(&binary());
        let mut command = serve_with(&program.path(), policy, 2);
        command.args(["-l", "127.0.0.1:0", "-l", &unix(&path)]);
        command.args(["--idle-grace", "300ms", "--start-timeout", "60s"]);
        let mut cluster = Cluster::start(command, 2);
        let addresses = cluster.addresses();
        assert_eq!(addresses.len(), 2);
        assert_eq!(
            cluster.count_stderr(&format!("listening on {}", unix(&path))),
            1
        );
        let start = |to: &_| Load::start(*to, Kind::OneShot, 2);
        let loads: Vec<_> = addresses.iter().map(start).collect();
        assert_answers(&path);

        cluster.reload();
        assert_answers(&path);
        let primary = cluster.pid();
        cluster.signal(Signal::SIGUSR2);
        until(
            "a new primary has its workers, and no old one is left",
            || {
                cluster.look();
                cluster.pid() != primary && cluster.workers().len() == 2
            },
        );

        assert_answers(&path);
        for load in loads {
            load.stop().assert_nothing_failed();
        }
        assert_eq!(cluster.addresses()[2..], addresses);
        cluster.signal(Signal::SIGTERM);
        assert_eq!(cluster.wait().code(), Some(0), "{:?}", cluster.stderr());
        assert!(!path.exists());
        assert!(ask_once(addresses[0], "/").is_err());
    });
}

#[test]
fn who_waits_on_any_address_is_answered_before_the_cluster_ends() {
    each_policy(|policy| {
        let (_folder, path) = socket();
        let mut command = serve_with(&binary(), policy, 1);
        command.args(["-l", &unix(&path), "--idle-grace", "300ms"]);
        let mut cluster = Cluster::start(command, 1);
        // Stopped, neither of them accepts; the queues fill.
        let stopped = [cluster.pid(), cluster.workers()[0]];
        for pid in stopped {
            crate::support::process::send(pid, Signal::SIGSTOP);
        }
        let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        let waiting = |_| {
            let mut stream = UnixStream::connect(&path).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        };
        let waiting: Vec<_> = (0..20).map(waiting).collect();

        cluster.signal(Signal::SIGTERM);
        for pid in stopped {
            crate::support::process::send(pid, Signal::SIGCONT);
        }

        for mut stream in waiting {
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer:?}");
        }
        assert_eq!(cluster.wait().code(), Some(0));
    });
}

#[test]
fn a_file_that_a_killed_primary_has_left_is_replaced() {
    let (_folder, path) = socket();
    let mut first = Cluster::start(serve_on(&path), 1);
    first.kill_primary();
    assert!(path.exists());

    let mut second = Cluster::start(serve_on(&path), 1);

    assert_answers(&path);
    second.signal(Signal::SIGTERM);
    assert_eq!(second.wait().code(), Some(0));
    assert!(!path.exists());
}

#[test]
fn a_file_that_another_process_listens_on_or_that_is_no_socket_is_left() {
    let (folder, path) = socket();
    let _cluster = Cluster::start(serve_on(&path), 1);
    let text = folder.path().join("text");
    fs::write(&text, "kept").unwrap();

    for taken in [&path, &text] {
        let address = unix(taken);
        let (code, out, err) = run(binary(), &["serve", "-l", &address]);

        assert_eq!((code, out.as_str()), (Some(1), ""));
        let expected = format!("clustering: cannot listen on {address}: Address already in use");
        assert_eq!(err, expected);
    }
    assert_answers(&path);
    assert_eq!(fs::read_to_string(&text).unwrap(), "kept");
}

#[test]
fn a_new_primary_that_fails_leaves_the_file_to_the_old_one() {
    set_child_subreaper(true).unwrap();
    let (folder, path) = socket();
    let program = Copy::of(&binary());
    let mut command = Command::new(program.path());
    command.args(["serve", "-w", "1", "-l", &unix(&path)]);
    let mut cluster = Cluster::start(command, 1);
    // It fails when it has the listener already.
    let nowhere = folder.path().join("missing").join("pid");
    let script = format!(
        "#!/bin/sh\nexec '{}' \"$@\" --pid-file '{}'\n",
        binary().display(),
        nowhere.display()
    );
    program.replace_with_script(&script);

    cluster.signal(Signal::SIGUSR2);

    until("people are told", || {
        cluster.look();
        cluster.count_stderr("not replaced, all goes on") == 1
    });
    assert_answers(&path);
}

#[test]
fn a_unix_socket_of_a_service_manager_is_served_and_left() {
    let (_folder, path) = socket();
    let listener = UnixListener::bind(&path).unwrap();
    let mut cluster = crate::listen_fds::activated(listener, &[]);
    until("workers are ready", || {
        cluster.look();
        cluster.workers().len() == 2
    });

    assert_answers(&path);

    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    assert!(path.exists());
}

#[test]
fn a_socket_that_another_program_has_put_in_its_place_is_left() {
    set_child_subreaper(true).unwrap();
    for is_upgraded in [false, true] {
        let (_folder, path) = socket();
        let mut cluster = Cluster::start(serve_on(&path), 1);
        fs::remove_file(&path).unwrap();
        let _other = UnixListener::bind(&path).unwrap();
        if is_upgraded {
            let primary = cluster.pid();
            cluster.look();
            cluster.signal(Signal::SIGUSR2);
            until("a new primary has taken over", || {
                cluster.look();
                cluster.pid() != primary
            });
        }

        cluster.signal(Signal::SIGTERM);

        assert_eq!(cluster.wait().code(), Some(0));
        assert!(UnixStream::connect(&path).is_ok(), "{is_upgraded}");
    }
}
