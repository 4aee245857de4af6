//! How a command runs. Node takes an object of options; here each is a method.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;
use rustix::process::{Gid, Uid};
use tokio::sync::mpsc::UnboundedReceiver;

use super::command::Command;
use super::stdio::Stdio;
use crate::sys::Group;

/// Makes a method of each option: what it takes, and the field that it sets.
macro_rules! options {
    ($($(#[$doc:meta])* $name:ident($($arg:ident: $type:ty)?) sets $($field:ident).+ = $value:expr;)*) => {
        impl Command {
            $($(#[$doc])* pub fn $name(mut self $(, $arg: $type)?) -> Self {
                self.$($field).+ = $value;
                self
            })*
        }
    };
}

options! {
    /// Has the line run by `shell -c`. The arguments are joined to it by spaces and **not quoted**, as in Node.
    shell(shell: impl AsRef<OsStr>) sets shell = Some(shell.as_ref().to_owned());

    /// What the program is told that it is called: `argv0`.
    arg0(name: impl AsRef<OsStr>) sets arg0 = Some(name.as_ref().to_owned());

    /// The working directory.
    cwd(directory: impl Into<PathBuf>) sets start.cwd = Some(directory.into());

    /// Begins with an empty environment; what was set before is gone as well. Node's `env` does this, then sets.
    env_clear() sets env = BTreeMap::new();

    /// The user to run as.
    uid(uid: u32) sets start.uid = Some(Uid::from_raw(uid));

    /// The group to run as.
    gid(gid: u32) sets start.gid = Some(Gid::from_raw(gid));

    /// Gives the child a session of its own and lets it outlive its [`Child`](crate::Child).
    detached() sets start.group = Group::Session;

    /// Keeps the child in the process group of this process, where Ctrl-C and Ctrl-Z reach it and it may read the
    /// terminal.
    ///
    /// On Linux a limit ends its descendants as well, except orphans.
    foreground() sets start.group = Group::Parents;

    /// Leaves the signals ignored that this process ignores, as `nohup` wants it. Node and this crate reset all signals
    /// for a child.
    keep_ignored_signals() sets start.keep_ignored = true;

    /// The most time that a run may take; then it is ended, with everything that it has started. Zero is no limit.
    timeout(timeout: Duration) sets limits.timeout =
        if timeout.is_zero() { Duration::MAX } else { timeout };

    /// The signal that ends it: SIGTERM unless this is called.
    kill_signal(signal: Signal) sets limits.kill_signal = signal;

    /// The time from that signal to SIGKILL: 2 s unless this is called. What is written meanwhile is kept.
    /// `Duration::MAX` gives the child for ever; when it has ended, what holds its pipes has 5 s.
    grace(grace: Duration) sets limits.grace = grace;

    /// How long pipes may stay open when the child has ended, because something that it has started holds them.
    /// Without this a run waits for them, as Node's does, up to the time limit.
    pipe_timeout(pipe_timeout: Duration) sets limits.pipe_timeout = pipe_timeout;

    /// The most of each stream that is kept, in bytes: 1 MiB unless this is called. More of it ends the run.
    max_buffer(bytes: usize) sets limits.max_buffer = bytes;

    /// Ends the run when `cancelled` is ready: Node's `signal`.
    cancel_on(cancelled: impl Future<Output = ()> + Send + 'static) sets cancelled = Box::pin(cancelled);

    /// Passes these signals on to the group while it runs: what a process that stands in for another has to do.
    forward(signals: UnboundedReceiver<Signal>) sets forwarded = signals;

    /// Makes any exit status, and death by a foreign signal, an [`Output`](crate::Output) and no error.
    unchecked() sets limits.checked = false;
}

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
}
