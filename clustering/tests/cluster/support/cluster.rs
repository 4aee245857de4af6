//! A cluster under test: started from its binary, watched through what it prints and `/proc`, and gone when the test is.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::process::{Process, children_of, is_ignored, send, tcp_sockets_of};
use super::{DEADLINE, until};

/// The binary of this crate.
pub fn binary() -> PathBuf {
    env!("CARGO_BIN_EXE_clustering").into()
}

/// The example `slow`, which is built here: `cargo test --tests` builds no examples.
pub fn slow_binary() -> PathBuf {
    static BUILD: Once = Once::new();
    BUILD.call_once(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--example", "slow"]);
        let built = cargo
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "cargo build --example slow: {built:?}"
        );
    });
    binary().with_file_name("examples").join("slow")
}

/// The command for the binary with `serve`, any free port and so many workers.
pub fn serve(policy: &str, workers: usize) -> Command {
    serve_with(&binary(), policy, workers)
}

/// The same for a copy of the binary.
pub fn serve_with(program: &Path, policy: &str, workers: usize) -> Command {
    let mut command = Command::new(program);
    command.args(["serve", "-l", "127.0.0.1:0", "-p", policy]);
    command.args(["-w", &workers.to_string()]);
    command
}

/// The command for the example `slow`.
pub fn slow(args: &[&str]) -> Command {
    let mut command = Command::new(slow_binary());
    command.args(args);
    command
}

/// A cluster that runs.
pub struct Cluster {
    child: Child,
    output: Arc<Mutex<Output>>,
    readers: Vec<JoinHandle<()>>,
    /// Those that it has started, as far as they were seen.
    seen: BTreeSet<Process>,
    listeners: BTreeSet<String>,
}

#[derive(Default)]
struct Output {
    stdout: Vec<String>,
    stderr: Vec<String>,
}

impl Cluster {
    /// Starts the command, and returns when so many workers serve.
    pub fn start(mut command: Command, workers: usize) -> Self {
        command.stdin(Stdio::null());
        let mut cluster = Self::spawn(command);
        until("workers are ready", || {
            cluster.look();
            let status = cluster.child.try_wait().unwrap();
            assert!(status.is_none(), "{status:?} {:?}", cluster.stderr());
            cluster.workers().len() == workers
        });
        // Nobody has connected yet.
        cluster.listeners = tcp_sockets_of(cluster.pid());
        cluster
    }

    /// Starts the command, and returns at once.
    pub fn spawn(command: Command) -> Self {
        Self::spawn_with_stdout(command, Stdio::piped())
    }

    /// The same with a stdout of its own, which is not read.
    pub fn spawn_with_stdout(mut command: Command, stdout: impl Into<Stdio>) -> Self {
        hear_signals();
        // The trace of a panic takes seconds on a busy machine: the worker would be taken for hung.
        command.env("RUST_BACKTRACE", "0");
        command.stdout(stdout).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let output = Arc::new(Mutex::new(Output::default()));
        let stdout = child.stdout.take().map(|pipe| {
            let output = output.clone();
            read_lines(pipe, move |line| lock(&output).stdout.push(line))
        });
        let stderr = child.stderr.take().map(|pipe| {
            let output = output.clone();
            read_lines(pipe, move |line| lock(&output).stderr.push(line))
        });
        Self {
            child,
            output,
            readers: stdout.into_iter().chain(stderr).collect(),
            seen: BTreeSet::new(),
            listeners: BTreeSet::new(),
        }
    }

    /// The primary's process: the one that was started, or the last that has replaced it.
    pub fn pid(&self) -> u32 {
        self.successor().unwrap_or(self.child.id())
    }

    fn successor(&self) -> Option<u32> {
        self.successors().pop()
    }

    /// The primaries that came after the first one.
    fn successors(&self) -> Vec<u32> {
        let lines = self.stderr();
        let pids = lines.iter();
        pids.filter_map(|line| line.split_once("replaced by process ")?.1.parse().ok())
            .collect()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address_behind("listening on http://")
    }

    /// Where it answers questions about itself.
    pub fn admin(&self) -> SocketAddr {
        self.address_behind("admin on http://")
    }

    /// Where all its clusters listen.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let lines = self.stderr();
        let texts = lines.iter();
        let texts = texts.filter_map(|line| Some(line.split_once("listening on http://")?.1));
        texts.map(|text| text.parse().unwrap()).collect()
    }

    fn address_behind(&self, words: &str) -> SocketAddr {
        let mut address = None;
        until("it listens", || {
            let lines = self.stderr();
            let texts = lines.iter().filter_map(|line| line.split_once(words));
            address = texts.map(|(_, text)| text.parse().unwrap()).next();
            address.is_some()
        });
        address.expect("`until` has seen to it")
    }

    /// The lines on stdout so far.
    pub fn stdout(&self) -> Vec<String> {
        lock(&self.output).stdout.clone()
    }

    /// The lines on stderr so far.
    pub fn stderr(&self) -> Vec<String> {
        lock(&self.output).stderr.clone()
    }

    /// How many lines on stderr contain this.
    pub fn count_stderr(&self, what: &str) -> usize {
        let lines = self.stderr();
        lines.iter().filter(|line| line.contains(what)).count()
    }

    /// The workers that it says have started and not died, the oldest first.
    pub fn workers(&self) -> Vec<u32> {
        let mut workers: Vec<u32> = Vec::new();
        for line in self.stdout() {
            let words: Vec<_> = line.split(' ').collect();
            match words[..] {
                ["Worker", pid, "started"] => workers.push(pid.parse().unwrap()),
                ["Worker", pid, "died"] => workers.retain(|worker| worker.to_string() != pid),
                _ => {}
            }
        }
        workers
    }

    /// How many workers it says have started.
    pub fn started(&self) -> usize {
        let lines = self.stdout();
        lines
            .iter()
            .filter(|line| line.ends_with(" started"))
            .count()
    }

    /// How many connections a worker has.
    pub fn connections_of(&self, worker: u32) -> usize {
        tcp_sockets_of(worker).difference(&self.listeners).count()
    }

    /// Sends a signal to the primary.
    pub fn signal(&self, signal: Signal) {
        if signal == Signal::SIGTERM {
            self.adopt_successor();
        }
        send(self.pid(), signal);
    }

    /// Waits until the primaries before the last one have ended: as long as its parent lives, it is the parent who hears how it ends.
    fn adopt_successor(&self) {
        let mut before = self.successors();
        before.insert(0, self.child.id());
        // Each cluster of a program says it.
        before.dedup();
        before.pop();
        until("the old primary ends", || {
            let processes = before.iter().filter_map(|pid| Process::of(*pid));
            !processes.into_iter().any(|process| process.runs())
        });
    }

    /// Sends SIGHUP, and returns when it says that all workers are new, and that the old ones have died.
    #[track_caller]
    pub fn reload(&mut self) {
        let before = self.count_stderr(": reloaded");
        let old = self.workers();
        self.signal(Signal::SIGHUP);
        until("reloaded", || {
            self.look();
            let new = self.workers();
            let is_told = self.count_stderr(": reloaded") > before;
            is_told && !new.iter().any(|worker| old.contains(worker))
        });
    }

    /// Remembers the primary and its children, so that they end with the test whatever becomes of them.
    pub fn look(&mut self) {
        let primary = self.pid();
        self.seen.extend(Process::of(primary));
        self.seen.extend(children_of(primary));
    }

    /// Waits for the end of the primary and of all that it has started, and says how it ended.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        until("the primary ends", || {
            self.look();
            status = match self.successor() {
                None => self.child.try_wait().unwrap(),
                Some(pid) => reap(pid),
            };
            status.is_some()
        });
        until("nobody is left", || {
            self.seen.iter().all(|process| !process.runs())
        });
        self.drain_output();
        status.expect("`until` has seen to it")
    }

    /// Kills the primary alone, and says how long its workers outlive it.
    #[track_caller]
    pub fn kill_primary(&mut self) -> Duration {
        self.look();
        let begun = Instant::now();
        self.signal(Signal::SIGKILL);
        // Without a pause: this is measured.
        while self.seen.iter().any(Process::runs) {
            assert!(
                begun.elapsed() < DEADLINE,
                "workers outlive their primary by {DEADLINE:?}"
            );
            thread::yield_now();
        }
        let survived = begun.elapsed();
        self.child.wait().unwrap();
        survived
    }

    fn drain_output(&mut self) {
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Also the new primary, if the old one ended before a look at its children.
        self.look();
        if matches!(self.child.try_wait(), Ok(None)) {
            // Not reaped, so that the number is still its own.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        for process in &self.seen {
            if process.runs() {
                send(process.pid, Signal::SIGKILL);
            }
        }
        self.drain_output();
    }
}

/// How a process ended that this one has inherited, if it has.
fn reap(pid: u32) -> Option<ExitStatus> {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap());
    match waitpid(pid, Some(WaitPidFlag::WNOHANG)) {
        Ok(WaitStatus::Exited(_, code)) => Some(ExitStatus::from_raw(code << 8)),
        Ok(WaitStatus::Signaled(_, signal, _)) => Some(ExitStatus::from_raw(signal as i32)),
        _ => None,
    }
}

/// Hears the signals that a primary obeys, so that a program which is started from here does not begin with one ignored: what this process ignores its
/// children ignore too, and what it hears they do not.
fn hear_signals() {
    static HEARD: OnceLock<Runtime> = OnceLock::new();
    HEARD.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let context = runtime.enter();
        let heard = [
            SignalKind::hangup(),
            SignalKind::user_defined1(),
            SignalKind::user_defined2(),
            SignalKind::quit(),
            SignalKind::from_raw(Signal::SIGTTIN as i32),
            SignalKind::from_raw(Signal::SIGTTOU as i32),
        ];
        // Ctrl-C ends the tests, unless they were started to ignore it.
        let ignored = is_ignored(Signal::SIGINT).then(SignalKind::interrupt);
        for kind in heard.into_iter().chain(ignored) {
            // The handler stays.
            drop(signal(kind).unwrap());
        }
        drop(context);
        runtime
    });
}

fn lock(output: &Mutex<Output>) -> std::sync::MutexGuard<'_, Output> {
    output.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read_lines(
    pipe: impl Read + Send + 'static,
    mut take: impl FnMut(String) + Send + 'static,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let lines = BufReader::new(pipe).lines();
        lines.map_while(Result::ok).for_each(&mut take);
    })
}

/// Copies a program in a process of its own: a child that another test starts meanwhile would inherit the open file, and a file that is open for
/// writing cannot be started.
fn copy_program(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg(from).arg(to).output().unwrap();
    assert!(copied.status.success(), "{copied:?}");
}

/// A copy of a program that can be replaced while it runs.
pub struct Copy {
    folder: tempfile::TempDir,
}

impl Copy {
    /// A copy of this program.
    pub fn of(program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_program(program, &folder.path().join("server"));
        Self { folder }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("server")
    }

    /// Puts another program into its place, as an installer does.
    pub fn replace(&self, with: &Path) {
        let next = self.folder.path().join("next");
        copy_program(with, &next);
        fs::rename(next, self.path()).unwrap();
    }

    /// Puts a script into its place.
    pub fn replace_with_script(&self, text: &str) {
        let script = self.folder.path().join("script");
        write_script(&script, text);
        fs::rename(script, self.path()).unwrap();
    }
}

/// Writes a script that can be started.
pub fn write_script(path: &Path, text: &str) {
    write_program(path, text.as_bytes());
}

/// Writes a file that can be started, or that looks like one.
pub fn write_program(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    let written = path.with_extension("written");
    fs::write(&written, bytes).unwrap();
    fs::set_permissions(&written, fs::Permissions::from_mode(0o755)).unwrap();
    copy_program(&written, path);
    fs::remove_file(written).unwrap();
}

/// Runs a command to its end, and gives status, stdout and stderr.
pub fn run(program: impl AsRef<OsStr>, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    let mut cluster = Cluster::spawn(command);
    let status = cluster.wait();
    let text = |lines: Vec<String>| lines.join("\n");
    (
        status.code(),
        text(cluster.stdout()),
        text(cluster.stderr()),
    )
}
