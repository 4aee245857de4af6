//! Bytes that are no request, or that two servers could understand differently: refused, and nothing behind them is read.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use crate::support::client::Connection;
use crate::support::cluster::{Cluster, serve, slow};
use crate::support::meanwhile::Meanwhile;
use crate::support::{Dice, soak};

/// Requests that are none, or that two servers could understand differently.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let with = |lines: &str| format!("GET / HTTP/1.1\r\nHost: a\r\n{lines}\r\n").into_bytes();
    let post = |lines: &str, body: &str| {
        format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n{body}").into_bytes()
    };
    let start = |line: &str| format!("{line}\r\nHost: a\r\n\r\n").into_bytes();
    let mut all = vec![
        ("no version", start("GET /")),
        ("version 3", start("GET / HTTP/3.0")),
        ("version 1.2 of another name", start("GET / HTTQ/1.1")),
        ("version without a dot", start("GET / HTTP/11")),
        ("version in small letters", start("GET / http/1.1")),
        ("two spaces before the version", start("GET /  HTTP/1.1")),
        ("a version with a tail", start("GET / HTTP/1.1x")),
        ("no method", start(" / HTTP/1.1")),
        ("a method with a bracket", start("G(T / HTTP/1.1")),
        ("a method with a NUL", start("G\0T / HTTP/1.1")),
        ("a path with a space", start("GET /a b HTTP/1.1")),
        ("a path with a NUL", start("GET /\0 HTTP/1.1")),
        ("a path with a tab", start("GET /\t HTTP/1.1")),
        ("a path that is none", start("GET a\\b HTTP/1.1")),
        ("nothing but a line", b"GET\r\n\r\n".to_vec()),
        ("no Host", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        ("two Hosts", with("Host: b\r\n")),
        ("the same Host twice", with("Host: a\r\n")),
        ("a field without a colon", with("X\r\n")),
        ("a field without a name", with(": x\r\n")),
        ("a space before the colon", with("X : y\r\n")),
        ("a tab before the colon", with("X\t: y\r\n")),
        ("a name with a space", with("X Y: z\r\n")),
        ("a name with a NUL", with("X\0: y\r\n")),
        ("a name with a letter that is none", with("X\u{e9}: y\r\n")),
        ("a value with a NUL", with("X: a\0b\r\n")),
        ("a value with a bare CR", with("X: a\rb\r\n")),
        ("a folded line", with("X: a\r\n b\r\n")),
        ("a folded line with a tab", with("X: a\r\n\tb\r\n")),
        (
            "a space before the first field",
            b"GET / HTTP/1.1\r\n Host: a\r\n\r\n".to_vec(),
        ),
        (
            "a CR without its LF at the end",
            b"GET / HTTP/1.1\r\nHost: a\r\n\rX".to_vec(),
        ),
        ("a negative length", post("Content-Length: -1\r\n", "")),
        ("a length with a plus", post("Content-Length: +1\r\n", "x")),
        (
            "a length in hexadecimal",
            post("Content-Length: 0x1\r\n", "x"),
        ),
        ("a length that is a word", post("Content-Length: x\r\n", "")),
        ("an empty length", post("Content-Length: \r\n", "")),
        (
            "a length with a point",
            post("Content-Length: 1.0\r\n", "x"),
        ),
        (
            "a length with a space inside",
            post("Content-Length: 1 0\r\n", "x"),
        ),
        (
            "a length of more than 64 bits",
            post("Content-Length: 18446744073709551616\r\n", ""),
        ),
        (
            "a length of many digits",
            post(&format!("Content-Length: {}\r\n", "9".repeat(100)), ""),
        ),
        (
            "two lengths that differ",
            post("Content-Length: 1\r\nContent-Length: 2\r\n", "xx"),
        ),
        (
            "two lengths in one line",
            post("Content-Length: 1, 2\r\n", "xx"),
        ),
        (
            "an encoding that is none",
            post("Transfer-Encoding: x\r\n", "0\r\n\r\n"),
        ),
        (
            "chunks that are not last",
            post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
        ),
        (
            "a vertical tab in the encoding",
            post("Transfer-Encoding: \x0bchunked\r\n", "0\r\n\r\n"),
        ),
        ("identity", post("Transfer-Encoding: identity\r\n", "")),
        (
            "chunks in HTTP/1.0",
            b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
        ),
    ];
    for (what, body) in [
        (
            "a chunk of more than 64 bits",
            "10000000000000000\r\nx\r\n0\r\n\r\n",
        ),
        (
            "a chunk of many digits",
            "fffffffffffffffffffffffff\r\nx\r\n0\r\n\r\n",
        ),
        ("a negative chunk", "-1\r\nx\r\n0\r\n\r\n"),
        ("a chunk with 0x", "0x1\r\nx\r\n0\r\n\r\n"),
        ("a chunk without a size", "\r\nx\r\n0\r\n\r\n"),
        ("a chunk of a word", "g\r\nx\r\n0\r\n\r\n"),
        (
            "a chunk that is longer than it says",
            "1\r\nxy\r\n0\r\n\r\n",
        ),
        ("a chunk that ends without CRLF", "1\r\nx0\r\n\r\n"),
        ("a bare CR after a size", "1\rx\r\n0\r\n\r\n"),
        ("a NUL in a size", "1\0\r\nx\r\n0\r\n\r\n"),
        ("a bare LF after a size", "1\nx\r\n0\r\n\r\n"),
        ("a bare LF after a chunk", "1\r\nx\n0\r\n\r\n"),
        ("a bare LF in an extension", "1;a\nb\r\nx\r\n0\r\n\r\n"),
        ("a trailer without a name", "1\r\nx\r\n0\r\n: y\r\n\r\n"),
    ] {
        all.push((what, post("Transfer-Encoding: chunked\r\n", body)));
    }
    for byte in *b"(),/;<=>?@[\\]{}\"\x01\x1f\x7f" {
        let mut bytes = with("X_: y\r\n");
        let place = bytes.iter().position(|byte| *byte == b'_').unwrap();
        bytes[place] = byte;
        all.push(("a name with a letter that is none", bytes));
    }
    for byte in *b"\x01\x07\x08\x0b\x0c\x1b\x1f\x7f" {
        let mut bytes = with("X: _\r\n");
        let place = bytes.iter().position(|byte| *byte == b'_').unwrap();
        bytes[place] = byte;
        all.push(("a value with a control character", bytes));
        let mut bytes = start("GET /_ HTTP/1.1");
        bytes[5] = byte;
        all.push(("a path with a control character", bytes));
    }
    let long = "x".repeat(1 << 20);
    all.push(("a field of 1 MiB", with(&format!("X: {long}\r\n"))));
    all.push(("a name of 1 MiB", with(&format!("{long}: x\r\n"))));
    all.push(("a path of 1 MiB", start(&format!("GET /{long} HTTP/1.1"))));
    all.push(("a method of 1 MiB", start(&format!("{long} / HTTP/1.1"))));
    all.push(("10,000 fields", with(&"X: y\r\n".repeat(10_000))));
    all.push(("101 fields", with(&"X: y\r\n".repeat(101))));
    // RFC 9112, 3.2.4: only OPTIONS has it.
    all.push(("an asterisk", start("GET * HTTP/1.1")));
    for host in ["u@h", "h/p", "a, b", "a b", "h?q", "h#f", "[::1"] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");
        all.push(("a host that is none", request.into_bytes()));
    }
    let tls = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(10);
    all.push(("the beginning of TLS", tls));
    all.push(("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()));
    all
}

/// Sends the bytes and a good request behind them, and gives all that comes back.
fn exchange(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    // It may have heard enough before the end.
    let _ = stream.write_all(bytes);
    let _ = stream.write_all(SMUGGLED);
    let mut answers = Vec::new();
    // Closed with or without a reset.
    let _ = stream.read_to_end(&mut answers);
    String::from_utf8_lossy(&answers).into_owned()
}

/// What follows a request that is none must not be taken for one.
const SMUGGLED: &[u8] = b"GET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

#[test]
fn what_is_no_request_is_refused_with_all_that_follows() {
    let mut command = serve("rr", 2);
    // Some wait for what never comes.
    command.args(["--head-timeout", "1s", "--body-pause", "1s"]);
    let meanwhile = Meanwhile::start(command, 2);
    let address = meanwhile.cluster.address();
    let mut wrong = Vec::new();

    let all = malformed();
    println!("{} requests that are none", all.len());
    assert!(all.len() >= 100);
    for (what, bytes) in all {
        let answers = exchange(address, &bytes);
        let statuses: Vec<_> = answers
            .split("HTTP/1.")
            .skip(1)
            .map(|answer| &answer[2..3])
            .collect();
        if statuses.len() > 1 || statuses.first().is_some_and(|status| *status != "4") {
            let start = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
            wrong.push(format!("{what}: {statuses:?} to {start:?}"));
        }
    }

    assert!(wrong.is_empty(), "{wrong:#?}");
    meanwhile.end();
}

#[test]
fn a_host_may_have_any_form_that_the_rfc_has() {
    let cluster = Cluster::start(serve("rr", 1), 1);
    for host in ["", "h", "h:80", "[::1]", "[::1]:80", "1.2.3.4", "x_y"] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        let answers = exchange(cluster.address(), request.as_bytes());

        assert!(answers.starts_with("HTTP/1.1 200 "), "{host:?}: {answers}");
    }
}

#[test]
fn a_tunnel_is_more_than_this_server_can_offer() {
    let cluster = Cluster::start(serve("rr", 1), 1);
    let request = "CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n";

    let answers = exchange(cluster.address(), request.as_bytes());

    // RFC 9110, 15.6.2: no resource has it, so that there is nothing to allow.
    assert!(answers.starts_with("HTTP/1.1 501 "), "{answers}");
    assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
}

#[test]
fn of_a_length_and_chunks_the_chunks_count_and_nothing_behind_them_is_read() {
    let cluster = Cluster::start(serve("rr", 1), 1);
    for fields in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n0\r\n\r\n");

        let answers = exchange(cluster.address(), request.as_bytes());

        // RFC 9112, 6.1: answered or not, the connection ends here.
        assert_eq!(answers.matches("HTTP/1.1").count(), 1, "{answers}");
    }
}

#[test]
fn lines_that_end_with_a_bare_lf_are_read_as_one_server_would() {
    let cluster = Cluster::start(serve("rr", 1), 1);

    // RFC 9112, 2.2, lets a server take it for the end of a line. Then the request behind it is one.
    let answers = exchange(cluster.address(), b"GET / HTTP/1.1\nHost: a\n\n");

    let good = answers.matches("HTTP/1.1 200").count();
    let bad = answers.matches("HTTP/1.1 400").count();
    assert!(matches!((good, bad), (2, 0) | (0, 1)), "{answers}");
}

#[test]
fn garbage_behind_a_good_request_does_not_spoil_its_answer() {
    let cluster = Cluster::start(serve("rr", 1), 1);

    let answers = exchange(
        cluster.address(),
        b"GET / HTTP/1.1\r\nHost: a\r\n\r\n\0\0garbage\r\n\r\n",
    );

    assert!(answers.starts_with("HTTP/1.1 200 "), "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 1, "{answers}");
    assert_eq!(answers.matches("HTTP/1.1 4").count(), 1, "{answers}");
}

#[test]
fn a_request_in_pieces_is_answered_like_a_whole_one() {
    let cluster = Cluster::start(slow(&["workers=2"]), 2);
    let address = cluster.address();
    let mut dice = Dice(7);
    let chunked = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6; x=y\r\n world\r\n0\r\nX: y\r\n\r\n";
    let sized = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world";
    let both = format!("{sized}{chunked}");

    for round in 0..soak(2000, 60) {
        let mut connection = Connection::open(address).unwrap();
        let mut left = both.as_bytes();
        while !left.is_empty() {
            // One byte at a time in the first round.
            let most = if round == 0 { 1 } else { 1 + dice.roll(40) };
            let (piece, rest) = left.split_at(most.min(left.len()));
            connection.send(piece).unwrap();
            left = rest;
            if dice.roll(4) == 0 {
                thread::sleep(Duration::from_micros(200));
            }
        }
        for _ in 0..2 {
            let answer = connection.answer().unwrap();
            assert_eq!(
                (answer.status, &*answer.body),
                (200, &b"hello world"[..]),
                "round {round}"
            );
        }
    }
}

#[test]
fn random_bytes_are_no_request_and_hurt_nobody() {
    let meanwhile = Meanwhile::start(serve("rr", 2), 2);
    let mut dice = Dice(3);

    for _ in 0..soak(5000, 100) {
        let length = 1 + dice.roll(2000);
        let bytes: Vec<_> = (0..length)
            .map(|_| u8::try_from(dice.roll(256)).unwrap())
            .collect();
        let bytes = [&*bytes, b"\r\n\r\n"].concat();
        let answers = exchange(meanwhile.cluster.address(), &bytes);
        assert!(!answers.contains(" 200 "), "{answers} to {bytes:?}");
    }

    meanwhile.end();
}
