//! What to run and how: `exec(line, options)`, `execFile(file, args, options)`.
//!
//! Node takes an object of options; here each is a method, and the command itself is what is awaited.

use std::ffi::{OsStr, OsString};
use std::future::{Future, IntoFuture};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use nix::sys::signal::Signal;

use super::exec;
use super::options::Limits;
use crate::{Error, Output};

/// Node's `maxBuffer`: so much of each stream is kept.
const MAX_BUFFER: usize = 1024 * 1024;
/// From the first signal to SIGKILL.
const GRACE: Duration = Duration::from_secs(2);

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
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
    pub(crate) shell: Option<OsString>,
    pub(crate) arg0: Option<OsString>,
    pub(crate) cwd: Option<PathBuf>,
    pub(crate) clear_env: bool,
    /// A value to be set, or none for a name to be removed.
    pub(crate) env: Vec<(OsString, Option<OsString>)>,
    pub(crate) uid: Option<u32>,
    pub(crate) gid: Option<u32>,
    pub(crate) detached: bool,
    pub(crate) foreground: bool,
    pub(crate) stdin: Option<Stdio>,
    pub(crate) stdout: Option<Stdio>,
    pub(crate) stderr: Option<Stdio>,
    pub(crate) input: Option<Vec<u8>>,
    pub(crate) limits: Limits,
}

impl Command {
    fn new(program: &OsStr) -> Self {
        Self {
            program: program.to_owned(),
            args: Vec::new(),
            shell: None,
            arg0: None,
            cwd: None,
            clear_env: false,
            env: Vec::new(),
            uid: None,
            gid: None,
            detached: false,
            foreground: false,
            stdin: None,
            stdout: None,
            stderr: None,
            input: None,
            limits: Limits {
                timeout: None,
                kill_signal: Signal::SIGTERM,
                grace: GRACE,
                pipe_timeout: None,
                max_buffer: MAX_BUFFER,
                checked: true,
                cancelled: None,
                forwarded: Box::pin(stream::pending()),
            },
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
        self.cwd = Some(directory.into());
        self
    }

    /// Sets a variable of the environment, besides those of this process. If it is `PATH`, the program is looked up there.
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        let value = Some(value.as_ref().to_owned());
        self.env.push((name.as_ref().to_owned(), value));
        self
    }

    /// Leaves a variable out.
    pub fn env_remove(mut self, name: impl AsRef<OsStr>) -> Self {
        self.env.push((name.as_ref().to_owned(), None));
        self
    }

    /// Begins with an empty environment; what was set before is gone as well. Node's `env` does this, then sets.
    pub fn env_clear(mut self) -> Self {
        self.clear_env = true;
        self.env.clear();
        self
    }

    /// The user to run as. Starting takes longer then: the parent is copied.
    pub fn uid(mut self, uid: u32) -> Self {
        self.uid = Some(uid);
        self
    }

    /// The group to run as. Starting takes longer then: the parent is copied.
    pub fn gid(mut self, gid: u32) -> Self {
        self.gid = Some(gid);
        self
    }

    /// Gives the child a session of its own and lets it outlive its [`Child`](crate::Child).
    pub fn detached(mut self) -> Self {
        self.detached = true;
        self
    }

    /// Keeps the child in the process group of this process, where Ctrl-C reaches it and it may read the terminal.
    /// Only the child itself can be ended then, not what it has started.
    pub fn foreground(mut self) -> Self {
        self.foreground = true;
        self
    }

    /// Where stdin comes from; nowhere unless there is [input](Self::input) or it is [spawned](Self::spawn).
    pub fn stdin(mut self, stdin: impl Into<Stdio>) -> Self {
        self.stdin = Some(stdin.into());
        self
    }

    /// Where stdout goes; it is captured, or a pipe, unless this is called.
    pub fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = Some(stdout.into());
        self
    }

    /// Where stderr goes; it is captured, or a pipe, unless this is called.
    pub fn stderr(mut self, stderr: impl Into<Stdio>) -> Self {
        self.stderr = Some(stderr.into());
        self
    }

    /// What the child reads from its stdin. That it does not read all of it is no error.
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// The most time that a run may take; then it is ended, with everything that it has started.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = Some(timeout);
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
        self.limits.pipe_timeout = Some(pipe_timeout);
        self
    }

    /// The most of each stream that is kept, in bytes: 1 MiB unless this is called. More of it ends the run.
    pub fn max_buffer(mut self, bytes: usize) -> Self {
        self.limits.max_buffer = bytes;
        self
    }

    /// Ends the run when `cancelled` is ready: Node's `signal`.
    pub fn cancel_on(mut self, cancelled: impl Future<Output = ()> + Send + 'static) -> Self {
        self.limits.cancelled = Some(Box::pin(cancelled));
        self
    }

    /// Passes these signals on to the group while it runs: what a process that stands in for another has to do.
    pub fn forward(mut self, signals: impl Stream<Item = Signal> + Send + 'static) -> Self {
        self.limits.forwarded = Box::pin(signals.chain(stream::pending()));
        self
    }

    /// Makes any exit status, and death by a foreign signal, an [`Output`] and no error.
    pub fn unchecked(mut self) -> Self {
        self.limits.checked = false;
        self
    }

    /// Runs the command and waits for it: `execSync`, `execFileSync`.
    ///
    /// # Errors
    ///
    /// As awaiting it, and [`Error::InsideRuntime`] in an async context.
    ///
    /// # Examples
    ///
    /// ```
    /// let output = child_process::exec("echo now").run_blocking()?;
    /// assert_eq!(output.stdout, b"now\n");
    /// # Ok::<(), child_process::Error>(())
    /// ```
    pub fn run_blocking(self) -> Result<Output, Error> {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err(Error::InsideRuntime);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(|source| Error::Io {
            attempt: "make a runtime",
            source,
        })?;
        runtime.block_on(exec::run(self))
    }

    /// The command as one line, as Node's `error.cmd` has it.
    pub(crate) fn line(&self) -> OsString {
        let mut line = self.program.clone();
        for arg in &self.args {
            line.push(" ");
            line.push(arg);
        }
        line
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
        Box::pin(exec::run(self))
    }
}
