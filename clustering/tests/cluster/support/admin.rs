//! The admin address of a cluster under test.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::client::ask_once;
use super::cluster::{Cluster, serve};
use super::until;

/// The command for a cluster of so many workers with an admin address.
pub fn serve_with_admin(workers: usize) -> Command {
    with_admin(serve("rr", workers))
}

/// The same command with an admin address.
pub fn with_admin(mut command: Command) -> Command {
    command.args(["--admin", "127.0.0.1:0"]);
    command
}

/// Where it is.
pub fn admin_of(cluster: &Cluster) -> SocketAddr {
    let mut address = None;
    until("it has an admin address", || {
        let lines = cluster.stderr();
        let mut texts = lines
            .iter()
            .filter_map(|line| line.split_once("admin on http://"));
        address = texts.next().map(|(_, text)| text.parse().unwrap());
        address.is_some()
    });
    address.expect("`until` has seen to it")
}

/// What is answered to these bytes until the connection is closed.
pub fn raw(to: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(to).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Head and body of the answer to a request without a body.
pub fn ask(to: SocketAddr, method: &str, path: &str) -> (String, String) {
    let answer = raw(
        to,
        &format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_ascii_lowercase(), body.to_owned())
}

/// The status of a path, and what stands there.
pub fn look(admin: SocketAddr, path: &str) -> (u16, String) {
    let answer = ask_once(admin, path).unwrap();
    (answer.status, String::from_utf8(answer.body).unwrap())
}

/// What `/status` says.
pub fn status(admin: SocketAddr) -> Value {
    let (status, json) = look(admin, "/status");
    assert_eq!(status, 200, "{json}");
    serde_json::from_str(&json).unwrap()
}
