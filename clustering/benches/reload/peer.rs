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
const PATIENCE: Duration = Duration::from_secs(6);

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
        let mut command = Command::new("sh");
        command.args([&script, "start"]).current_dir(&folder);
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
        // For as long as both workers take to start, on a busy machine.
        for _ in 0..4 {
            server.until(|| lock(&server.seen).len() > 1, Self::look);
        }
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

    /// Does something again and again until it has led to this, or takes too long.
    fn until(&self, mut is_so: impl FnMut() -> bool, mut step: impl FnMut(&Self)) {
        wait_until(PATIENCE, || {
            let is_so = is_so();
            if !is_so {
                step(self);
            }
            is_so
        });
    }

    /// Reloads, and returns when others answer, and those from before are gone.
    pub fn reload(&self) -> anyhow::Result<()> {
        let old = std::mem::take(&mut *lock(&self.seen));
        self.call("reload")?;
        self.until(
            || !old.iter().any(|pid| runs(*pid)) && !lock(&self.seen).is_subset(&old),
            Self::look,
        );
        lock(&self.seen).retain(|pid| !old.contains(pid));
        Ok(())
    }

    /// Kills one of two workers that answer, and returns when there are two again.
    pub fn kill_a_worker(&self) {
        let is_whole = || lock(&self.seen).iter().filter(|pid| runs(**pid)).count() > 1;
        self.until(is_whole, Self::look);
        let victim = lock(&self.seen).iter().copied().find(|pid| runs(*pid));
        if let Some(victim) = victim {
            // It may have ended by itself.
            let _ = kill(pid(victim), Signal::SIGKILL);
        }
        self.until(is_whole, Self::look);
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

/// Looks again and again whether something is so, for this time at most.
pub fn wait_until(limit: Duration, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() && begun.elapsed() < limit {
        sleep(Duration::from_millis(10));
    }
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
