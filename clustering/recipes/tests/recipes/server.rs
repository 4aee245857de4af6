//! A recipe under test: started, replaced, watched through `/proc`, and gone when the test is.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use tokio::signal::unix::{SignalKind, signal};

/// Far more than anything here takes on a busy machine; what takes longer has failed.
const DEADLINE: Duration = Duration::from_secs(120);

/// Returns the first of two numbers under `SOAK=1`, and else the second one.
pub fn soak((long, short): (usize, usize)) -> usize {
    let is_soak = std::env::var_os("SOAK").is_some();
    if is_soak { long } else { short }
}

/// Looks again and again until `condition` holds.
#[track_caller]
pub fn until(what: &str, mut condition: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let deadline = Instant::now() + DEADLINE;
    async move {
        while !condition() {
            assert!(Instant::now() < deadline, "{what}: not in {DEADLINE:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// A recipe with two workers.
pub struct Server {
    pub address: SocketAddr,
    primary: u32,
    /// Upgrades write to it too.
    _stdout: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a recipe on any port, with these arguments after it.
    pub fn start(program: &str, args: &[&str]) -> Self {
        // A new primary is ours when the old one has ended.
        set_child_subreaper(true).expect("Linux has it");
        // What this process ignores its children ignore too, and what it hears they do not.
        for kind in [SignalKind::hangup(), SignalKind::user_defined2()] {
            drop(signal(kind).expect("a signal that can be heard"));
        }
        let path = match program {
            "axum" => env!("CARGO_BIN_EXE_axum"),
            "sse" => env!("CARGO_BIN_EXE_sse"),
            "tcp" => env!("CARGO_BIN_EXE_tcp"),
            "tls" => env!("CARGO_BIN_EXE_tls"),
            _ => env!("CARGO_BIN_EXE_websocket"),
        };
        let mut command = Command::new(path);
        command.arg("127.0.0.1:0").args(args);
        command.env("CLUSTER_WORKERS", "2").stdin(Stdio::null());
        command.stdout(Stdio::piped());
        #[expect(
            clippy::zombie_processes,
            reason = "`upgrade` or `drop` waits for its number"
        )]
        let mut child = command.spawn().expect("a recipe");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let (_, address) = line.trim().split_once("://").expect("an address");
        Self {
            address: address.parse().expect("an address"),
            primary: child.id(),
            _stdout: stdout,
        }
    }

    /// Returns the processes of its workers.
    pub fn workers(&self) -> BTreeSet<u32> {
        let children = children_of(self.primary).into_iter();
        children
            .filter(|pid| says(*pid, "CLUSTER_WORKER_ID="))
            .collect()
    }

    /// Sends SIGHUP, and returns when two new workers are there and the old ones are gone.
    pub async fn reload(&mut self) {
        until("two workers", || self.workers().len() == 2).await;
        let old = self.workers();
        send(self.primary, Signal::SIGHUP);
        until("all workers are new", || {
            let now = self.workers();
            now.len() == 2 && now.is_disjoint(&old)
        })
        .await;
    }

    /// Sends SIGUSR2, and returns when the old primary has ended.
    pub async fn upgrade(&mut self) {
        let old = self.primary;
        send(old, Signal::SIGUSR2);
        until("the old primary ends", || {
            let ended = waitpid(pid(old), Some(WaitPidFlag::WNOHANG));
            ended.expect("it is ours") != WaitStatus::StillAlive
        })
        .await;
        let successor = self.successor();
        self.primary = successor.expect("a primary in place of the old one");
    }

    /// Returns the primary that was started to replace this one.
    fn successor(&self) -> Option<u32> {
        let whose = format!("CLUSTER_REPLACES={}\0", self.primary);
        let all = [children_of(self.primary), children_of(std::process::id())].concat();
        let mut primaries = all
            .into_iter()
            .filter(|pid| !says(*pid, "CLUSTER_WORKER_ID="));
        primaries.find(|pid| says(*pid, &whose))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Workers go with their primary.
        for primary in self.successor().into_iter().chain([self.primary]) {
            let _ = kill(pid(primary), Signal::SIGKILL);
            // It is not ours while its parent is the old primary; then the system reaps it.
            let _ = waitpid(pid(primary), None);
        }
    }
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).expect("a PID"))
}

/// The primary has not been reaped, so the number is its own.
fn send(to: u32, signal: Signal) {
    kill(pid(to), signal).expect("the primary is there");
}

/// Returns the children of all threads of a process.
fn children_of(parent: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task"));
    let threads = threads.into_iter().flatten().flatten();
    let lists = threads.filter_map(|it| fs::read_to_string(it.path().join("children")).ok());
    let pids = |list: String| Vec::from_iter(list.split(' ').filter_map(|pid| pid.parse().ok()));
    lists.flat_map(pids).collect()
}

/// Returns whether the environment of a process holds a text; that of a zombie is empty.
fn says(process: u32, text: &str) -> bool {
    let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
    String::from_utf8_lossy(&environment).contains(text)
}
