//! The access log: one line for each answer, also for what is refused, fails or is cut.

use std::fs;

use crate::support::client::{Connection, ask_once};
use crate::support::cluster::{Cluster, binary, run, serve, slow};
use crate::support::until;
use nix::sys::signal::Signal;

/// Waits for the only line about this request, and returns what follows the request in it.
fn line_of(cluster: &Cluster, request: &str) -> String {
    let request = format!("\"{request} HTTP/1.1\" ");
    let mut lines = Vec::new();
    until("there is a line", || {
        lines = cluster.stderr();
        lines.retain(|line| line.contains(&request));
        !lines.is_empty()
    });
    assert_eq!(lines.len(), 1, "{lines:?}");
    let (who, what) = lines[0].split_once(&request).unwrap();
    assert!(who.starts_with("slow: access 127.0.0.1:"), "{who}");
    what.to_owned()
}

#[test]
fn what_is_answered_and_what_is_not_has_one_line() {
    let mut cluster = Cluster::start(
        slow(&["workers=1", "deadline=100", "linger=0", "log=stderr"]),
        1,
    );
    let address = cluster.address();
    assert_eq!(ask_once(address, "/big").unwrap().status, 200);
    assert_eq!(ask_once(address, "/fail").unwrap().status, 500);
    let mut too_long = Connection::open(address).unwrap();
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n";
    too_long.send(head).unwrap();
    assert_eq!(too_long.answer().unwrap().status, 413);
    let mut leaves = Connection::open(address).unwrap();
    leaves.get("/sleep/60000").unwrap();
    let mut stays = Connection::open(address).unwrap();
    stays.get("/sleep/60001").unwrap();
    let worker = cluster.workers()[0];
    until("all are in hand", || cluster.connections_of(worker) >= 2);

    drop(leaves);

    assert!(line_of(&cluster, "GET /sleep/60000").starts_with("000 0 "));
    let big = line_of(&cluster, "GET /big");
    assert!(
        big.starts_with("200 1048576 ") && big.ends_with(" answered"),
        "{big}"
    );
    assert!(line_of(&cluster, "GET /fail").ends_with(" failed"));
    assert!(line_of(&cluster, "POST /echo").ends_with(" refused"));
    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    let cut = line_of(&cluster, "GET /sleep/60001");
    assert!(cut.starts_with("000 0 ") && cut.ends_with(" cut"), "{cut}");
    // The probe of the primary is no client.
    assert_eq!(cluster.count_stderr("slow: access"), 5);
}

#[test]
fn the_tool_writes_it_into_a_file_that_a_reload_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let (file, moved) = (folder.path().join("log"), folder.path().join("moved"));
    let mut command = serve("rr", 1);
    command.arg("--access-log").arg(&file);
    let mut cluster = Cluster::start(command, 1);
    let ask = |path: &str| assert_eq!(ask_once(cluster.address(), path).unwrap().status, 200);
    ask("/one");
    let has = |file, what: &str| fs::read_to_string(file).is_ok_and(|log| log.contains(what));
    until("it is written", || has(&file, "\"GET /one HTTP/1.1\" 200 "));

    fs::rename(&file, &moved).unwrap();
    cluster.reload();

    assert_eq!(ask_once(cluster.address(), "/two").unwrap().status, 200);
    until("it is written again", || {
        has(&file, "\"GET /two HTTP/1.1\" 200 ")
    });
    assert!(!has(&file, "/one") && !has(&moved, "/two"));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_before_anything_starts() {
    let args = ["serve", "-l", "127.0.0.1:0", "--access-log", "/no/such/log"];

    let (code, out, err) = run(binary(), &args);

    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert_eq!(
        err,
        "clustering: cannot write /no/such/log: No such file or directory"
    );
}

#[test]
fn a_log_that_finds_no_room_costs_no_answer_and_is_told_of_once() {
    let mut command = serve("rr", 1);
    command.args(["--access-log", "/dev/full"]);
    let mut cluster = Cluster::start(command, 1);

    for _ in 0..3 {
        assert_eq!(ask_once(cluster.address(), "/").unwrap().status, 200);
    }

    cluster.signal(Signal::SIGTERM);
    assert_eq!(cluster.wait().code(), Some(0));
    let said = ": cannot write the access log: No space left on device";
    assert_eq!(cluster.count_stderr(said), 1, "{:?}", cluster.stderr());
}
