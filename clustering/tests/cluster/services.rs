//! What a service can do in a worker: switch protocols, see its client, say goodbye, fail.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::client::{Connection, ask_once};
use crate::support::cluster::{Cluster, run, slow, slow_binary};
use crate::support::{DEADLINE, until};
use nix::sys::signal::Signal;

/// Switches protocols, and reads the answer.
fn upgraded(cluster: &Cluster) -> TcpStream {
    let mut stream = TcpStream::connect(cluster.address()).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let head = b"GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    stream.write_all(head).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    assert!(
        answer.starts_with(b"HTTP/1.1 101 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    stream
}

fn echo(stream: &mut TcpStream, text: &[u8]) {
    stream.write_all(text).unwrap();
    let mut echoed = vec![0; text.len()];
    stream.read_exact(&mut echoed).unwrap();
    assert_eq!(echoed, text);
}

#[test]
fn an_upgraded_connection_lives_on_and_is_counted() {
    let cluster = Cluster::start(slow(&["workers=1"]), 1);
    let mut stream = upgraded(&cluster);

    echo(&mut stream, b"one");
    echo(&mut stream, b"two");

    let worker = cluster.workers()[0];
    assert_eq!(cluster.connections_of(worker), 1);
    drop(stream);
    until("it is gone", || cluster.connections_of(worker) == 0);
}

#[test]
fn an_upgraded_connection_says_goodbye_in_a_reload() {
    let mut cluster = Cluster::start(slow(&["workers=2", "linger=100"]), 2);
    let mut streams: Vec<_> = (0..4).map(|_| upgraded(&cluster)).collect();

    cluster.reload();

    for stream in &mut streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "goodbye");
    }
}

#[test]
fn an_upgraded_connection_that_does_not_leave_is_cut_at_the_deadline() {
    let mut cluster = Cluster::start(slow(&["workers=1", "linger=100", "deadline=200"]), 1);
    let mut stuck = Connection::open(cluster.address()).unwrap().patient();
    stuck.get("/sleep/60000").unwrap();

    cluster.reload();

    assert!(stuck.answer().is_err());
}

#[test]
fn a_long_answer_can_end_when_the_worker_drains() {
    let mut cluster = Cluster::start(slow(&["workers=1", "linger=100"]), 1);
    let worker = cluster.workers()[0];
    let mut connection = Connection::open(cluster.address()).unwrap().patient();
    connection.get("/goodbye").unwrap();
    until("the request is there", || {
        cluster.connections_of(worker) == 1
    });

    cluster.reload();

    let answer = connection.answer().unwrap();
    assert_eq!(answer.worker(), Some(worker));
    assert!(answer.closes);
}

#[test]
fn a_reload_of_several_slots_at_once_takes_as_long_as_one_answer() {
    let mut cluster = Cluster::start(slow(&["workers=3", "batch=3", "linger=100"]), 3);
    let old = cluster.workers();
    let mut slow: Vec<_> = (0..3)
        .map(|_| Connection::open(cluster.address()).unwrap().patient())
        .collect();
    for connection in &mut slow {
        connection.get("/goodbye").unwrap();
    }
    until("each worker has one", || {
        old.iter()
            .all(|worker| cluster.connections_of(*worker) == 1)
    });

    cluster.signal(Signal::SIGHUP);

    // Each waits for its worker to drain: one after the other they would still wait.
    until("all new workers serve", || {
        cluster.look();
        cluster.started() == 6
    });
    for connection in &mut slow {
        assert_eq!(connection.answer().unwrap().status, 200);
    }
}

#[test]
fn a_service_sees_the_address_of_its_client() {
    let cluster = Cluster::start(slow(&["workers=1"]), 1);
    let mut connection = Connection::open_from(7, cluster.address()).unwrap();
    let address = connection.stream.local_addr().unwrap().to_string();

    let answer = connection.ask("/peer").unwrap();

    assert_eq!(String::from_utf8(answer.body).unwrap(), address);
}

#[test]
fn what_a_service_fails_with_is_told() {
    let cluster = Cluster::start(slow(&["workers=1"]), 1);

    let answer = ask_once(cluster.address(), "/fail").unwrap();

    assert_eq!(answer.status, 500);
    until("it is told", || {
        cluster.count_stderr("service failed: as was asked for") == 1
    });
}

#[test]
fn a_worker_serves_in_a_runtime_of_several_threads() {
    let mut cluster = Cluster::start(slow(&["workers=2", "linger=100", "runtime=several"]), 2);
    assert_eq!(ask_once(cluster.address(), "/").unwrap().status, 200);

    cluster.reload();

    assert_eq!(ask_once(cluster.address(), "/").unwrap().status, 200);
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn blocking_in_a_runtime_is_an_error_that_says_what_to_do() {
    let (status, _, stderr) = run(slow_binary(), &["workers=1", "runtime=wrong"]);

    assert_eq!(status, Some(1));
    assert!(stderr.contains("await serve instead"), "{stderr}");
}
