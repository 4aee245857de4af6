//! What to run and how: `exec(line, options)`, `execFile(file, args, options)`.
//!
//! Node takes an object of options; here each is a method, and the command itself is what is awaited.

use std::collections::BTreeMap;
use std::env::vars_os;
use std::ffi::{OsStr, OsString};
use std::future::pending;
use std::os::fd::RawFd;
use std::path::PathBuf;
use std::pin::Pin;
use std::slice;
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::sync::mpsc::UnboundedReceiver;

use super::stdio::Stdio;
use super::supervisor::Limits;
use crate::sys::{self, Group};
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
    args: Vec<OsString>,
    shell: Option<OsString>,
    pub(super) arg0: Option<OsString>,
    pub(super) env: BTreeMap<OsString, OsString>,
    pub(super) start: sys::Options,
    pub(super) stdio: BTreeMap<RawFd, Stdio>,
    pub(super) input: Option<Vec<u8>>,
    pub(super) limits: Limits,
    pub(super) cancelled: Pin<Box<dyn Future<Output = ()> + Send>>,
    pub(super) forwarded: Option<UnboundedReceiver<Signal>>,
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
            forwarded: None,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        let args = args.into_iter().map(|arg| arg.as_ref().to_owned());
        self.args.extend(args);
        self
    }

    /// Has the line run by `shell -c`. The arguments are joined to it by spaces and **not quoted**, as in Node.
    pub fn shell(mut self, shell: impl AsRef<OsStr>) -> Self {
        self.shell = Some(shell.as_ref().to_owned());
        self
    }

    /// What the program is told that it is called: `argv0`.
    pub fn arg0(mut self, name: impl AsRef<OsStr>) -> Self {
        self.arg0 = Some(name.as_ref().to_owned());
        self
    }

    /// The working directory.
    pub fn cwd(mut self, directory: impl Into<PathBuf>) -> Self {
        self.start.cwd = Some(directory.into());
        self
    }

    /// Sets a variable of the environment, besides those of this process. If it is `PATH`, the program is looked up there.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let (name, value) = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.env.insert(name, value);
        self
    }

    /// Leaves a variable out.
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.remove(name.as_ref());
        self
    }

    /// Begins with an empty environment; what was set before is gone as well. Node's `env` does this, then sets.
    pub fn env_clear(mut self) -> Self {
        self.env.clear();
        self
    }

    /// The user to run as.
    pub fn uid(mut self, uid: u32) -> Self {
        self.start.uid = Some(uid);
        self
    }

    /// The group to run as.
    pub fn gid(mut self, gid: u32) -> Self {
        self.start.gid = Some(gid);
        self
    }

    /// Gives the child a session of its own and lets it outlive its [`Child`](crate::Child).
    ///
    /// If the future of an awaited command is dropped, its limits are over.
    pub fn detached(mut self) -> Self {
        self.start.group = Group::Session;
        self
    }

    /// Keeps the child in the process group of this process, where Ctrl-C and Ctrl-Z reach it and it may read the
    /// terminal.
    ///
    /// On Linux a limit ends its descendants as well, except orphans.
    pub fn foreground(mut self) -> Self {
        self.start.group = Group::Parents;
        self
    }

    /// Leaves the signals ignored that this process ignores, as `nohup` wants it. Node and this crate reset all signals
    /// for a child.
    pub fn keep_ignored_signals(mut self) -> Self {
        self.start.keep_ignored = true;
        self
    }

    /// Where stdin comes from. If this is not called: [`input`](Self::input) or nothing for a command that is awaited,
    /// a pipe for [`spawn`](Self::spawn), that of this process for `fork`.
    pub fn stdin(self, stdin: impl Into<Stdio>) -> Self {
        self.stdio(0, stdin)
    }

    /// Where stdout goes. If this is not called it is captured, or a pipe; that of this process for `fork`.
    pub fn stdout(self, stdout: impl Into<Stdio>) -> Self {
        self.stdio(1, stdout)
    }

    /// Where stderr goes. If this is not called it is captured, or a pipe; that of this process for `fork`.
    pub fn stderr(self, stderr: impl Into<Stdio>) -> Self {
        self.stdio(2, stderr)
    }

    /// Where the child's descriptor of this number leads: Node's `stdio` array. Beyond 2, [`Stdio::Piped`] is a socket
    /// pair; [`Child::take_socket`](crate::Child::take_socket) has the other end.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
    /// use child_process::{Stdio, exec};
    /// use tokio::io::AsyncReadExt;
    ///
    /// let mut child = exec("echo on three >&3").stdio(3, Stdio::Piped).spawn().await?;
    /// let mut text = String::new();
    /// child.take_socket(3).expect("a socket").read_to_string(&mut text).await?;
    /// assert_eq!(text, "on three\n");
    /// # Ok(()) }
    /// ```
    pub fn stdio(mut self, number: u16, stdio: impl Into<Stdio>) -> Self {
        self.stdio.insert(number.into(), stdio.into());
        self
    }

    /// What the child reads from its stdin. It is not an error if the child does not read all of it.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// The most time that a run may take; then it is ended, with everything that it has started. Zero is no limit.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        let is_limit = !timeout.is_zero();
        self.limits.timeout = if is_limit { timeout } else { Duration::MAX };
        self
    }

    /// The signal that ends it: SIGTERM unless this is called.
    pub fn kill_signal(mut self, signal: Signal) -> Self {
        self.limits.kill_signal = signal;
        self
    }

    /// The time from that signal to SIGKILL: 2 s unless this is called. What is written meanwhile is kept.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.limits.grace = grace;
        self
    }

    /// How long pipes may stay open when the child has ended, because something that it has started holds them.
    /// Without this a run waits for them, as Node's does, up to the time limit.
    pub fn pipe_timeout(mut self, pipe_timeout: Duration) -> Self {
        self.limits.pipe_timeout = pipe_timeout;
        self
    }

    /// The most of each stream that is kept, in bytes: 1 MiB unless this is called. More of it ends the run.
    pub fn max_buffer(mut self, bytes: usize) -> Self {
        self.limits.max_buffer = bytes;
        self
    }

    /// Ends the run when `cancelled` is ready: Node's `signal`.
    pub fn cancel_on(mut self, cancelled: impl Future<Output = ()> + Send + 'static) -> Self {
        self.cancelled = Box::pin(cancelled);
        self
    }

    /// Passes these signals on to the group while it runs: what a process that stands in for another has to do.
    pub fn forward(mut self, signals: UnboundedReceiver<Signal>) -> Self {
        self.forwarded = Some(signals);
        self
    }

    /// Makes any exit status, and death by a foreign signal, an [`Output`] and no error.
    pub fn unchecked(mut self) -> Self {
        self.limits.checked = false;
        self
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
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(Error::io("make a runtime"))?;
        let run = move || runtime.block_on(self.into_future());
        // A thread of its own: a runtime cannot be entered on one that has entered another.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().spawn_scoped(scope, run);
            let done = thread.map_err(Error::io("start a thread"))?.join();
            done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }

    /// Adds a descriptor beyond 2 and returns its number.
    #[cfg(feature = "ipc")]
    pub(crate) fn add_stdio(&mut self, stdio: Stdio) -> RawFd {
        let number = (3..)
            .find(|number| !self.stdio.contains_key(number))
            .unwrap_or_default();
        self.stdio.insert(number, stdio);
        number
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
        Box::pin(self.output())
    }
}
