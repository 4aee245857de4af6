//! A server that is started, reloaded and ended by its script.

use std::env;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::load::{Kind, Load, Phase, Seen, Tally, ask, lock, worker};

/// A server that has not done what it was told in this time is not waited for any more.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server under test, in a folder of its own, and gone with all that it has started when this is.
pub struct Server {
    script: String,
    folder: tempfile::TempDir,
    child: Child,
    pub address: SocketAddr,
    pub seen: Seen,
}

impl Server {
    pub fn start(name: &str) -> anyhow::Result<Self> {
        let script = format!("{}/reload/{name}.sh", env::var("BENCHES")?);
        let folder = tempfile::tempdir_in(env::current_dir()?)?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        // Under `nohup`, HUP is ignored by all that is started.
        let mut command = Command::new("env");
        command.args(["--default-signal=HUP", "sh", &script, "start"]);
        command.current_dir(&folder);
        command
            .env("PORT", address.port().to_string())
            .process_group(0);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = command.spawn()?;
        let server = Self {
            script,
            folder,
            child,
            address,
            seen: Seen::default(),
        };
        // Both workers answer, or one answers for both.
        server.until(|| lock(&server.seen).len() > 1, Self::look);
        ensure!(!lock(&server.seen).is_empty(), "{name} does not answer");
        Ok(server)
    }

    pub fn call(&self, verb: &str) -> anyhow::Result<String> {
        let mut command = Command::new("sh");
        command
            .args([&self.script, verb])
            .current_dir(&self.folder)
            .env("PRIMARY", self.child.id().to_string());
        let output = command.output().with_context(|| self.script.clone())?;
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    pub fn version(&self) -> anyhow::Result<String> {
        self.call("version")
    }

    /// Asks on a new connection, to see who answers.
    fn look(&self) {
        let answer = ask(&mut None, 1, self.address, &Kind::OneEach.request());
        lock(&self.seen).extend(answer.ok().as_ref().and_then(worker));
    }

    /// Does something again and again; returns whether it has led to this in time.
    fn until(&self, mut is_so: impl FnMut() -> bool, mut step: impl FnMut(&Self)) -> bool {
        wait_until(PATIENCE, || {
            let is_so = is_so();
            if !is_so {
                step(self);
            }
            is_so
        })
    }

    /// Reloads. Returns when others answer and those from before are gone, or after a while; and whether that is so.
    pub fn reload(&self) -> anyhow::Result<bool> {
        let old = std::mem::take(&mut *lock(&self.seen));
        self.call("reload")?;
        let is_done = self.until(
            || !old.iter().any(|pid| runs(*pid)) && !lock(&self.seen).is_subset(&old),
            Self::look,
        );
        lock(&self.seen).retain(|pid| !old.contains(pid));
        Ok(is_done)
    }

    /// Kills one of two workers that answer. Returns when two answer again, or after a while; and whether that is so.
    pub fn kill_a_worker(&self) -> bool {
        let is_whole = || lock(&self.seen).iter().filter(|pid| runs(**pid)).count() > 1;
        self.until(is_whole, Self::look);
        let victim = lock(&self.seen).iter().copied().find(|pid| runs(*pid));
        if let Some(victim) = victim {
            // It may have ended by itself.
            let _ = kill(pid(victim), Signal::SIGKILL);
        }
        self.until(is_whole, Self::look)
    }

    /// Ends the server while clients ask, until it is gone.
    pub fn end(mut self, load: Load) -> anyhow::Result<Tally> {
        load.tell(Phase::Ending);
        self.call("stop")?;
        wait_until(PATIENCE, || !matches!(self.child.try_wait(), Ok(None)));
        Ok(load.stop())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is the leader of its group, and only here reaped, or gone by itself.
        let _ = killpg(pid(self.child.id()), Signal::SIGKILL);
        let _ = self.child.wait();
        // What is out of its group.
        let _ = self.call("clean");
    }
}

/// Looks again and again whether something is so, for this time at most; returns whether it is.
pub fn wait_until(limit: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < limit {
        if is_so() {
            return true;
        }
        sleep(Duration::from_millis(10));
    }
    false
}

fn pid(number: u32) -> Pid {
    Pid::from_raw(i32::try_from(number).expect("a PID"))
}

/// Whether a process runs; a zombie does not.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, state)| !state.starts_with('Z'))
}
