//! What to run: `exec(line)`, `execFile(file, args)`. The command itself is what is awaited.

use std::collections::BTreeMap;
use std::env::vars_os;
use std::ffi::{OsStr, OsString};
use std::future::pending;
use std::os::fd::RawFd;
use std::pin::Pin;
use std::slice;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::stdio::Stdio;
use super::supervisor::Limits;
use crate::sys;
use crate::{Error, Output};

/// Tells a child which descriptor its message channel is.
pub const CHANNEL_FD: &str = "NODE_CHANNEL_FD";
/// Tells it how messages are written.
pub const CHANNEL_MODE: &str = "NODE_CHANNEL_SERIALIZATION_MODE";

/// A command line for `/bin/sh`: pipes, variables and wildcards work, and nothing protects from what is in `line`.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), child_process::Error> {
/// let output = child_process::exec("printf 'b\\na\\n' | sort").await?;
/// assert_eq!(output.stdout_text(), "a\nb\n");
/// # Ok(()) }
/// ```
pub fn exec(line: impl AsRef<OsStr>) -> Command {
    Command::new(line.as_ref()).shell("/bin/sh")
}

/// A program and its arguments, with no shell in between: each argument arrives as it is.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), child_process::Error> {
/// let output = child_process::exec_file("printf", ["%s|", "$HOME", "a b"]).await?;
/// assert_eq!(output.stdout_text(), "$HOME|a b|");
/// # Ok(()) }
/// ```
pub fn exec_file<S: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    args: impl IntoIterator<Item = S>,
) -> Command {
    Command::new(program.as_ref()).args(args)
}

/// A command to be configured, then awaited, [spawned](Self::spawn), [forked](Self::fork) or [run at once](Self::run_blocking).
///
/// The child is the head of a process group of its own, so that what it has started ends with it. Dropping
/// the future, or the [`Child`](crate::Child), kills that group.
#[must_use = "a command does nothing until it is awaited or spawned"]
pub struct Command {
    program: OsString,
    pub(super) args: Vec<OsString>,
    pub(super) shell: Option<OsString>,
    pub(super) arg0: Option<OsString>,
    pub(super) env: BTreeMap<OsString, OsString>,
    pub(super) start: sys::Options,
    pub(crate) stdio: BTreeMap<RawFd, Stdio>,
    pub(super) input: Option<Vec<u8>>,
    pub(super) limits: Limits,
    pub(super) cancelled: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub(super) forwarded: UnboundedReceiver<Signal>,
}

impl Command {
    fn new(program: &OsStr) -> Self {
        // The channel to our own parent is not our children's.
        let env = vars_os().filter(|(name, _)| name != CHANNEL_FD && name != CHANNEL_MODE);
        Self {
            program: program.to_owned(),
            args: Vec::new(),
            shell: None,
            arg0: None,
            env: env.collect(),
            start: sys::Options::default(),
            stdio: BTreeMap::new(),
            input: None,
            limits: Limits {
                timeout: Duration::MAX,
                kill_signal: Signal::SIGTERM,
                grace: Duration::from_secs(2),
                pipe_timeout: Duration::MAX,
                max_buffer: 1024 * 1024,
                checked: true,
            },
            cancelled: Box::pin(pending()),
            forwarded: unbounded_channel().1,
        }
    }

    /// Runs the command and waits for it: `execSync`, `execFileSync`.
    ///
    /// As there, it blocks this thread: inside a runtime, call it in `spawn_blocking`.
    ///
    /// # Errors
    ///
    /// As awaiting it.
    ///
    /// # Examples
    ///
    /// ```
    /// let output = child_process::exec("echo now").run_blocking()?;
    /// assert_eq!(output.stdout, b"now\n");
    /// # Ok::<(), child_process::Error>(())
    /// ```
    pub fn run_blocking(self) -> Result<Output, Error> {
        let run = move || {
            let mut builder = tokio::runtime::Builder::new_current_thread();
            let runtime = builder.enable_all().build();
            let runtime = runtime.map_err(Error::io("make a runtime"))?;
            runtime.block_on(self.into_future())
        };
        // A thread of its own: a runtime cannot be entered on one that has entered another.
        let thread = std::thread::Builder::new().spawn(run);
        sys::unwind(thread.map_err(Error::io("start a thread"))?.join())
    }

    /// Returns what is executed and its arguments: Node's `spawnfile`, `error.spawnargs`.
    pub(super) fn program_and_args(&self) -> (OsString, Vec<OsString>) {
        match &self.shell {
            Some(shell) => (shell.clone(), vec!["-c".into(), self.line()]),
            None => (self.program.clone(), self.args.clone()),
        }
    }

    /// Returns the command as one line, as Node's `error.cmd` has it.
    pub fn line(&self) -> OsString {
        let words = [slice::from_ref(&self.program), &self.args].concat();
        words.join(" ".as_ref())
    }
}

/// Runs the command and captures what it writes.
///
/// # Errors
///
/// [`Error::Spawn`] if it cannot be started; [`Error::Failed`], [`Error::TimedOut`], [`Error::Aborted`] and
/// [`Error::MaxBuffer`] with what it has written so far.
///
/// # Cancel safety
///
/// Dropping the future kills the child and everything in its group.
impl IntoFuture for Command {
    type Output = Result<Output, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async {
            let defaults = [Stdio::Null, Stdio::Piped, Stdio::Piped];
            self.spawn_with(defaults).await?.wait_with_output().await
        })
    }
}
