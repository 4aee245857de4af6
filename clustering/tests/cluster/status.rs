//! `clustering status`: a table of what the admin address says, once, or redrawn.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::support::admin::{admin_of, serve_with_admin};
use crate::support::cluster::{Cluster, binary, run};
use crate::support::peer;
use crate::support::peer::Killed;
use crate::support::process::send;
use nix::sys::signal::Signal;
use serde_json::Value;

fn status(args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.arg("status").args(args).stdin(Stdio::null());
    command
}

fn start(workers: usize) -> (Cluster, String) {
    let cluster = Cluster::start(serve_with_admin(workers), workers);
    let admin = admin_of(&cluster).to_string();
    (cluster, admin)
}

#[test]
fn it_prints_a_line_for_each_worker_by_slot() {
    let (cluster, admin) = start(3);

    let (code, out, err) = run(binary(), &["status", "--admin", &admin]);

    assert_eq!((code, err.as_str()), (Some(0), ""));
    let lines: Vec<_> = out.lines().collect();
    assert!(lines[0].starts_with("3 of 3 workers serve, up "), "{out}");
    let words =
        |line: &str| -> Vec<String> { line.split_whitespace().map(str::to_owned).collect() };
    let columns = "SLOT WORKER PID STATE UP OPEN CONNECTIONS REQUESTS";
    assert_eq!(words(lines[1]).join(" "), columns);
    assert_eq!(lines.len(), 5, "{out}");
    for (slot, line) in lines[2..].iter().enumerate() {
        let words = words(line);
        assert_eq!(words[0], slot.to_string());
        let pid = words[2].parse().unwrap();
        assert!(cluster.workers().contains(&pid), "{line}");
        assert_eq!(words[3], "ready");
        // Columns are under their names.
        assert_eq!(line.len(), lines[1].len(), "{out}");
    }
}

#[test]
fn json_is_what_the_admin_address_says() {
    let (cluster, admin) = start(2);

    let (code, out, _) = run(binary(), &["status", "--admin", &admin, "--json"]);

    assert_eq!(code, Some(0));
    let said: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(said["wanted"], 2);
    let pids = said["workers"].as_array().unwrap().iter();
    let pids: Vec<_> = pids.map(|worker| worker["pid"].as_u64().unwrap()).collect();
    let workers: Vec<_> = cluster.workers().into_iter().map(u64::from).collect();
    assert!(workers.iter().all(|pid| pids.contains(pid)), "{out}");
}

#[test]
fn watched_through_a_pipe_it_prints_one_table_after_the_other_until_it_is_interrupted() {
    let (_cluster, admin) = start(1);
    let mut command = status(&["--admin", &admin, "--watch", "--every", "10ms"]);
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut watching = Killed::start(&mut command);
    let mut lines = BufReader::new(watching.0.stdout.take().unwrap()).lines();

    let tables = lines
        .by_ref()
        .map(Result::unwrap)
        .filter(|line| line.starts_with("1 of 1 workers serve"))
        .take(3);
    let tables: Vec<_> = tables.collect();

    assert!(!tables[0].contains("a second)"), "{tables:?}");
    // A rate takes two looks.
    assert!(tables[2].contains(" a second)"), "{tables:?}");
    assert!(!tables.concat().contains('\x1b'), "{tables:?}");
    send(watching.0.id(), Signal::SIGINT);
    let rest = std::thread::spawn(move || lines.count());
    assert_eq!(watching.0.wait().unwrap().code(), Some(130));
    rest.join().unwrap();
}

#[test]
fn watched_by_somebody_who_leaves_it_ends_quietly() {
    let (_cluster, admin) = start(1);
    let mut command = status(&["--admin", &admin, "--watch", "--every", "10ms"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watching = Killed::start(&mut command);

    let mut stdout = watching.0.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);

    assert_eq!(watching.0.wait().unwrap().code(), Some(0));
    let mut err = String::new();
    let mut stderr = watching.0.stderr.take().unwrap();
    stderr.read_to_string(&mut err).unwrap();
    assert_eq!(err, "");
}

#[test]
fn watched_on_a_terminal_each_table_is_drawn_over_the_one_before() {
    let Some(script) = peer::need("script") else {
        return;
    };
    let (_cluster, admin) = start(1);
    let watch = format!(
        "exec '{}' status --admin {admin} --watch --every 10ms",
        binary().display()
    );
    let mut command = Command::new(script);
    // It gives its command a terminal of its own.
    command.args(["-qec", &watch, "/dev/null"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command.stderr(Stdio::null());
    let mut terminal = Killed::start(&mut command);

    let mut screen = Vec::new();
    let mut some = [0; 1024];
    let mut stdout = terminal.0.stdout.take().unwrap();
    let drawn = |screen: &[u8]| String::from_utf8_lossy(screen).matches("\x1b[H").count();
    while drawn(&screen) < 4 {
        let count = stdout.read(&mut some).unwrap();
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&screen));
        screen.extend_from_slice(&some[..count]);
    }
    // What a hand does on the keyboard.
    std::io::Write::write_all(&mut terminal.0.stdin.take().unwrap(), b"\x03").unwrap();
    stdout.read_to_end(&mut screen).unwrap();

    let text = String::from_utf8_lossy(&screen).into_owned();
    let tables: Vec<_> = text.split("\x1b[H").skip(1).take(3).collect();
    for table in tables {
        assert!(table.starts_with("1 of 1 workers serve"), "{table:?}");
        assert_eq!(table.matches("\x1b[K").count(), 3, "{table:?}");
        assert!(table.ends_with("\x1b[J"), "{table:?}");
    }
    assert_eq!(terminal.0.wait().unwrap().code(), Some(130));
}

#[test]
fn a_watched_cluster_that_ends_is_an_error() {
    let (mut cluster, admin) = start(1);
    let mut command = status(&["--admin", &admin, "--watch", "--every", "10ms"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut watching = Killed::start(&mut command);
    let mut lines = BufReader::new(watching.0.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();

    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    lines.by_ref().for_each(drop);

    assert_eq!(watching.0.wait().unwrap().code(), Some(1));
    let stderr = BufReader::new(watching.0.stderr.take().unwrap());
    let err: Vec<_> = stderr.lines().map(Result::unwrap).collect();
    assert_eq!(err.len(), 1, "{err:?}");
    assert!(
        err[0].starts_with("clustering: cannot ask http://"),
        "{err:?}"
    );
}

#[test]
fn an_address_where_nobody_or_somebody_else_is_is_one_line_and_status_1() {
    let (cluster, _) = start(1);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = nobody.local_addr().unwrap().to_string();
    drop(nobody);

    for (address, said) in [
        (free.as_str(), "Connection refused"),
        (
            "no.such.host.invalid:1",
            "cannot ask http://no.such.host.invalid:1",
        ),
        // It answers, but not with numbers.
        (
            &cluster.address().to_string(),
            "that is no cluster's admin address",
        ),
    ] {
        let (code, out, err) = run(binary(), &["status", "--admin", address]);

        assert_eq!((code, out.as_str()), (Some(1), ""), "{err}");
        assert_eq!(err.lines().count(), 1, "{err}");
        assert!(
            err.starts_with("clustering: ") && err.contains(said),
            "{err}"
        );
    }
}
