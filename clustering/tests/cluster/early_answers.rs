//! An answer that is given before the request was read arrives, and the connection is closed in stages (RFC 9112, 9.6).

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::support::client::Connection;
use crate::support::cluster::{Cluster, serve, slow};
use crate::support::load::{Kind, Load};
use crate::support::{DEADLINE, POLICIES, soak};
use nix::sys::signal::Signal;

/// Sends a request with a body of that many bytes, and reads only then, as most clients do.
fn post(to: SocketAddr, path: &str, bytes: usize) -> Result<String, ErrorKind> {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n");
    let exchange = || {
        stream.write_all(head.as_bytes())?;
        stream.write_all(&vec![b'x'; bytes])?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let mut exchange = exchange;
    exchange().map_err(|error: std::io::Error| error.kind())
}

fn all_arrive(to: SocketAddr, path: &str, bytes: usize, status: &str) {
    let times = soak(200, 40);
    for _ in 0..times {
        let answer = post(to, path, bytes);

        let answer = answer.unwrap_or_else(|kind| panic!("{path}: {kind}"));
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        let head = answer.to_ascii_lowercase();
        assert!(head.contains("\r\nconnection: close\r\n"), "{answer}");
    }
}

#[test]
fn a_body_that_is_too_long_is_refused_with_an_answer_that_arrives() {
    for policy in POLICIES {
        let cluster = Cluster::start(serve(policy, 2), 2);

        all_arrive(cluster.address(), "/", 2 << 20, "413");
    }
}

#[test]
fn an_answer_of_a_service_that_reads_nothing_arrives() {
    let cluster = Cluster::start(slow(&["workers=2"]), 2);

    all_arrive(cluster.address(), "/unread", 1_000_000, "401");
}

#[test]
fn refused_uploads_cost_other_clients_nothing() {
    let cluster = Cluster::start(serve("rr", 2), 2);
    let others = Load::start(cluster.address(), Kind::OneShot, 4);

    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| all_arrive(cluster.address(), "/", 2 << 20, "413"));
        }
    });

    others.stop().assert_nothing_failed();
}

#[test]
fn the_connection_is_kept_when_a_short_body_was_not_read() {
    let cluster = Cluster::start(slow(&["workers=1"]), 1);
    let mut connection = Connection::open(cluster.address()).unwrap();
    for bytes in [0, 1, 1000, 60_000] {
        let head = format!("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: {bytes}\r\n\r\n");
        connection.send(head).unwrap();
        connection.send(vec![b'x'; bytes]).unwrap();

        let answer = connection.answer().unwrap();

        assert_eq!((answer.status, answer.closes), (401, false), "{bytes}");
    }
    assert_eq!(connection.ask("/").unwrap().status, 200);
}

#[test]
fn a_client_that_waits_to_be_asked_for_its_body_is_answered_at_once() {
    let cluster = Cluster::start(slow(&["workers=1"]), 1);
    let mut connection = Connection::open(cluster.address()).unwrap();
    let head =
        "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n";
    connection.send(head).unwrap();

    let answer = connection.answer().unwrap();

    assert_eq!((answer.status, answer.closes), (401, true));
}

#[test]
fn a_client_that_never_stops_is_cut_in_the_end() {
    let mut cluster = Cluster::start(serve("rr", 1), 1);
    let mut stream = TcpStream::connect(cluster.address()).unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(1)))
        .unwrap();
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999\r\n\r\n")
        .unwrap();
    let some = vec![b'x'; 1 << 20];

    let written = (0..1000).take_while(|_| stream.write_all(&some).is_ok());

    assert!(written.count() < 200, "64 MiB, and what is on its way");
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
}
