//! How a command runs. Node takes an object of options; here each is a method.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;
use rustix::process::{Gid, Uid};
use tokio::sync::mpsc::UnboundedReceiver;

use super::command::Command;
use super::stdio::Stdio;
use crate::sys::Group;

impl Command {
    /// Adds an argument.
    pub fn arg(self, arg: impl AsRef<OsStr>) -> Self {
        self.args([arg])
    }

    /// Adds arguments.
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args
            .extend(args.into_iter().map(|arg| arg.as_ref().into()));
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
        self.env.insert(name.as_ref().into(), value.as_ref().into());
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
        self.start.uid = Some(Uid::from_raw(uid));
        self
    }

    /// The group to run as.
    pub fn gid(mut self, gid: u32) -> Self {
        self.start.gid = Some(Gid::from_raw(gid));
        self
    }

    /// Gives the child a session of its own and lets it outlive its [`Child`](crate::Child).
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
        self.stdio.entry(0).or_insert(Stdio::Piped);
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
    /// `Duration::MAX` gives the child for ever; when it has ended, what holds its pipes has 5 s.
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
        self.forwarded = signals;
        self
    }

    /// Makes any exit status, and death by a foreign signal, an [`Output`](crate::Output) and no error.
    pub fn unchecked(mut self) -> Self {
        self.limits.checked = false;
        self
    }
}
