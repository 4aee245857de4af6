//! The admin address: who asks is told the truth, nobody can change anything there, and nobody can disturb the cluster from there.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::admin::{admin_of, ask, look, raw, serve_with_admin, status, with_admin};
use crate::support::client::{Connection, ask_once};
use crate::support::cluster;
use crate::support::cluster::{Cluster, Copy, binary, serve_with};
use crate::support::load::{Kind, Load};
use crate::support::peer;
use crate::support::process::send;
use crate::support::until;
use nix::sys::signal::Signal;

const TEXT: &str = "text/plain; charset=utf-8";

#[test]
fn every_path_answers_and_head_is_the_same_without_a_body() {
    let cluster = Cluster::start(serve_with_admin(2), 2);
    let admin = admin_of(&cluster);

    for (path, expected, kind) in [
        ("/livez", "200 ok", TEXT),
        ("/readyz", "200 ok", TEXT),
        (
            "/metrics",
            "200 ok",
            "text/plain; version=0.0.4; charset=utf-8",
        ),
        ("/status", "200 ok", "application/json"),
        ("/", "200 ok", "text/html; charset=utf-8"),
        ("/nowhere", "404 not found", TEXT),
        ("/livez/", "404 not found", TEXT),
    ] {
        let (head, body) = ask(admin, "GET", path);
        let (head_alone, nothing) = ask(admin, "HEAD", path);

        assert!(head.starts_with(&format!("http/1.1 {expected}")), "{head}");
        assert!(head.contains(&format!("content-type: {kind}")), "{head}");
        assert!(head.contains("cache-control: no-store"), "{head}");
        assert!(!body.is_empty(), "{path}");
        assert!(
            head_alone.starts_with(&format!("http/1.1 {expected}")),
            "{head_alone}"
        );
        assert!(head_alone.contains("content-length: "), "{head_alone}");
        assert_eq!(nothing, "", "HEAD {path}");
    }
}

#[test]
fn whoever_wants_more_than_to_look_is_refused_and_told_what_is_allowed() {
    let cluster = Cluster::start(serve_with_admin(1), 1);
    let admin = admin_of(&cluster);
    let workers = cluster.workers();

    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "QUIT"] {
        for path in ["/", "/status", "/livez", "/nowhere"] {
            let (head, _) = ask(admin, method, path);

            assert!(head.starts_with("http/1.1 405 "), "{method} {path}: {head}");
            assert!(head.contains("allow: get, head"), "{head}");
        }
    }
    assert_eq!(cluster.workers(), workers);
}

#[test]
fn it_is_not_ready_while_no_worker_is_and_alive_all_the_same() {
    let program = Copy::of(&binary());
    let mut command = with_admin(serve_with(&program.path(), "rr", 2));
    command.args(["--start-timeout", "500ms"]);
    let mut cluster = Cluster::start(command, 2);
    let admin = admin_of(&cluster);
    assert_eq!(look(admin, "/readyz"), (200, "ready\n".to_owned()));

    program.replace_with_script("#!/bin/sh\nexec sleep 20\n");
    for worker in cluster.workers() {
        send(worker, Signal::SIGKILL);
    }
    until("it is not ready", || {
        cluster.look();
        look(admin, "/readyz") == (503, "not ready\n".to_owned())
    });
    assert_eq!(look(admin, "/livez"), (200, "alive\n".to_owned()));
    let (_, metrics) = look(admin, "/metrics");
    assert!(metrics.contains("cluster_workers{state=\"ready\"} 0\n"));
    program.replace(&binary());

    until("it is ready again", || {
        cluster.look();
        look(admin, "/readyz").0 == 200
    });
}

#[test]
fn on_its_way_out_it_is_alive_but_not_ready() {
    let mut cluster = Cluster::start(serve_with_admin(1), 1);
    let admin = admin_of(&cluster);
    // An idle connection lingers for a second.
    let mut idle = Connection::open(cluster.address()).unwrap();
    idle.ask("/").unwrap();

    cluster.signal(Signal::SIGTERM);
    until("it is not ready", || look(admin, "/readyz").0 == 503);

    assert_eq!(look(admin, "/livez").0, 200);
    assert_eq!(status(admin)["ending"], true);
    assert_eq!(cluster.wait().code(), Some(0));
}

#[test]
fn a_lame_duck_is_not_ready_and_serves_all_who_come() {
    let mut command = serve_with_admin(2);
    command.args(["--lame-duck", "1s"]);
    let mut cluster = Cluster::start(command, 2);
    let (address, admin) = (cluster.address(), admin_of(&cluster));
    assert_eq!(look(admin, "/readyz").0, 200);

    let begun = Instant::now();
    cluster.signal(Signal::SIGTERM);
    until("it is not ready", || look(admin, "/readyz").0 == 503);
    let mut answered = 0;
    loop {
        let answer = ask_once(address, "/");
        // What began in time may have ended too late on a busy machine.
        if begun.elapsed() >= Duration::from_secs(1) {
            break;
        }
        let answer = answer.unwrap();
        assert!(answer.status == 200 && !answer.closes, "{answer:?}");
        answered += 1;
    }

    assert!(answered > 10, "{answered} answers");
    assert_eq!(cluster.wait().code(), Some(0));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(cluster.count_stderr("still serving"), 1);
}

#[test]
fn a_lame_duck_that_is_told_twice_ends_at_once() {
    let mut command = serve_with_admin(1);
    command.args(["--lame-duck", "60s"]);
    let mut cluster = Cluster::start(command, 1);
    let admin = admin_of(&cluster);
    cluster.signal(Signal::SIGTERM);
    until("it is not ready", || look(admin, "/readyz").0 == 503);

    cluster.signal(Signal::SIGTERM);

    assert_eq!(cluster.wait().code(), Some(143));
}

/// A sample's name with its labels, and its value.
type Samples = BTreeMap<String, f64>;

/// Reads Prometheus' text format 0.0.4, as strictly as its own tools do.
fn parse(text: &str) -> Result<Samples, String> {
    let mut samples = Samples::new();
    let (mut helped, mut typed) = (BTreeSet::new(), BTreeMap::new());
    let mut current = String::new();
    if !text.ends_with('\n') {
        return Err("the last line does not end".to_owned());
    }
    for line in text.lines() {
        let wrong = |what: &str| Err(format!("{what}: {line}"));
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
            if help.is_empty() || !helped.insert(name.to_owned()) {
                return wrong("no help, or a second one");
            }
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap_or((rest, ""));
            if !["counter", "gauge"].contains(&kind) || !helped.contains(name) {
                return wrong("a type of its own, or without help");
            }
            if (kind == "counter") != name.ends_with("_total") {
                return wrong("counters end with _total, and nothing else does");
            }
            if typed.insert(name.to_owned(), kind.to_owned()).is_some() {
                return wrong("a second type");
            }
            current = name.to_owned();
        } else {
            let Some((name, value)) = line.rsplit_once(' ') else {
                return wrong("no value");
            };
            let (family, labels) = name.split_once('{').unwrap_or((name, "x=\"\"}"));
            let letters = |text: &str| {
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
            };
            let label = labels
                .strip_suffix("\"}")
                .and_then(|label| label.split_once("=\""));
            if family != current || !letters(family) || !label.is_some_and(|(key, _)| letters(key))
            {
                return wrong("a name that is none, or not of the family above");
            }
            let Ok(value) = value.parse::<f64>() else {
                return wrong("no number");
            };
            if samples.insert(name.to_owned(), value).is_some() {
                return wrong("a second sample");
            }
        }
    }
    Ok(samples)
}

#[test]
fn what_checks_the_metrics_knows_what_is_wrong() {
    let right = "# HELP a_total Some.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n";
    assert_eq!(parse(right).unwrap()["a_total{b=\"c\"}"], 1.0);

    for (from, to) in [
        ("# HELP a_total Some.\n", ""),
        ("counter", "number"),
        ("a_total{", "b_total{"),
        ("1\n", "one\n"),
        ("1\n", "1"),
        ("\"c\"", "c"),
        ("a_total", "a"),
        ("a_total{b=\"c\"} 1\n", "a_total 1\na_total 1\n"),
    ] {
        let wrong = right.replace(from, to);

        assert!(parse(&wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_metrics_are_what_prometheus_reads_also_in_a_reload() {
    let mut command = serve_with_admin(2);
    command.args(["--idle-grace", "200ms", "--reload-batch", "2"]);
    let mut cluster = Cluster::start(command, 2);
    let admin = admin_of(&cluster);
    let mut texts = vec![look(admin, "/metrics").1];

    let reloads = cluster.count_stderr(": reloaded");
    cluster.signal(Signal::SIGHUP);
    until("reloaded", || {
        cluster.look();
        texts.push(look(admin, "/metrics").1);
        cluster.count_stderr(": reloaded") > reloads
    });
    texts.push(look(admin, "/metrics").1);

    for text in &texts {
        let samples = parse(text).unwrap();
        assert_eq!(samples["cluster_workers_wanted"], 2.0);
    }
    let last = parse(&texts[texts.len() - 1]).unwrap();
    assert_eq!(last["cluster_reloads_total"], 1.0);
    assert_eq!(last["cluster_workers_started_total"], 4.0);
    assert_eq!(last["cluster_workers_died_total"], 0.0);
    check_with_promtool(&texts);
}

/// It comes with a whole Prometheus, so that nobody has to have it.
fn check_with_promtool(texts: &[String]) {
    let Some(promtool) = peer::find("promtool") else {
        return println!("skipped: promtool is not there");
    };
    for text in [&texts[0], &texts[texts.len() - 1]] {
        let mut child = Command::new(&promtool)
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();

        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && said.is_empty(), "{said}");
    }
}

#[test]
fn requests_add_up_over_workers_that_are_gone_too() {
    let mut command = serve_with_admin(2);
    command.args(["--idle-grace", "200ms", "--reload-batch", "2"]);
    let mut cluster = Cluster::start(command, 2);
    let admin = admin_of(&cluster);
    let mut asked = 0;

    for _ in 0..2 {
        let load = Load::start(cluster.address(), Kind::KeepAlive, 4);
        until("answers come", || load.right() > 200);
        cluster.reload();
        let tally = load.stop();
        tally.assert_nothing_failed();
        asked += tally.right;
    }

    // A worker says how far it is once a second.
    until("all are counted", || status(admin)["requests"] == asked);
    let (_, metrics) = look(admin, "/metrics");
    let samples = parse(&metrics).unwrap();
    assert_eq!(samples["cluster_requests_total"], asked as f64);
    let now = status(admin);
    assert_eq!(now["totals"]["reloads"], 2);
    for worker in now["workers"].as_array().unwrap() {
        let counters = &worker["counters"];
        assert!(counters["open"].as_u64() <= counters["connections"].as_u64());
    }
}

#[test]
fn a_worker_that_is_killed_while_it_drains_has_died_and_its_connections_were_cut() {
    let mut command = serve_with_admin(1);
    command.args(["--idle-grace", "60s"]);
    let cluster = Cluster::start(command, 1);
    let (admin, worker) = (admin_of(&cluster), cluster.workers()[0]);
    let mut idle = Connection::open(cluster.address()).unwrap();
    idle.ask("/").unwrap();
    until("its connection is counted", || {
        status(admin)["workers"][0]["counters"]["open"] == 1
    });
    send(worker, Signal::SIGTERM);
    until("it drains", || {
        status(admin)["workers"][0]["state"] == "draining"
    });

    send(worker, Signal::SIGKILL);

    until("it is counted", || status(admin)["totals"]["died"] == 1);
    assert_eq!(status(admin)["totals"]["forced"], 1);
}

#[test]
fn who_misbehaves_on_the_admin_address_disturbs_nobody() {
    let cluster = Cluster::start(serve_with_admin(2), 2);
    let admin = admin_of(&cluster);
    let load = Load::start(cluster.address(), Kind::KeepAlive, 4);

    let garbage = [
        "\0\0\0\0\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GET /status\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)),
        format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1000)),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n".to_owned(),
    ];
    for request in &garbage {
        let answer = raw(admin, request);
        let refused = ["400", "405", "413", "414", "431"]
            .iter()
            .any(|status| answer.starts_with(&format!("HTTP/1.1 {status} ")));
        // What is no HTTP at all may be hung up on.
        assert!(refused || answer.is_empty(), "{request:.60} {answer}");
    }
    // More than may be in, who begin to ask and do not go on.
    let stuck: Vec<_> = (0..100)
        .filter_map(|_| {
            let mut connection = Connection::open(admin).ok()?;
            connection.send("GET /status HT").ok()?;
            Some(connection)
        })
        .collect();
    until("others are answered meanwhile", || load.right() > 1000);
    load.stop().assert_nothing_failed();
    let begun = Instant::now();
    let mut one_more = Connection::open(admin).unwrap().patient();
    assert_eq!(one_more.ask("/livez").unwrap().status, 200);
    let waited = begun.elapsed();
    drop(stuck);
    // Who asks, and leaves without having read.
    for _ in 0..100 {
        Connection::open(admin).unwrap().get("/").unwrap();
    }

    assert_eq!(look(admin, "/readyz").0, 200);
    // They are thrown out in time for a manager that asks three times, ten seconds apart.
    assert!(waited < Duration::from_secs(15), "{waited:?}");
}

#[test]
fn an_admin_address_that_is_taken_is_an_error_before_anything_starts() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    let (code, out, err) = cluster::run(
        binary(),
        &["serve", "-l", "127.0.0.1:0", "--admin", &address],
    );

    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(
        err.starts_with(&format!("clustering: cannot listen on {address}: ")),
        "{err}"
    );
    assert_eq!(err.lines().count(), 1, "{err}");
}
