//! A child that runs beside us, with pipes to read and write: `spawn(file, args)`.

use std::io;
use std::process::Stdio;

use nix::sys::signal::Signal;
use tokio::net::unix::pipe;

use super::process_group::ProcessGroup;
use super::spawn::{Defaults, spawn};
use crate::{Command, Error, Exit};

/// The pipe to a child's stdin. Dropping it is the end of what the child reads.
pub type ChildStdin = pipe::Sender;
/// The pipe from a child's stdout.
pub type ChildStdout = pipe::Receiver;
/// The pipe from a child's stderr.
pub type ChildStderr = pipe::Receiver;

/// A running child. Dropping it kills its group, unless it is [detached](Command::detached).
#[derive(Debug)]
pub struct Child {
    /// The pipe to its stdin, if it is one; take it to write from another task.
    pub stdin: Option<ChildStdin>,
    /// The pipe from its stdout, if it is one.
    pub stdout: Option<ChildStdout>,
    /// The pipe from its stderr, if it is one.
    pub stderr: Option<ChildStderr>,
    group: ProcessGroup,
}

impl Command {
    /// Starts the command and returns at once; pipes lead to its stdin, stdout and stderr unless something else was set.
    ///
    /// Time limit, cancellation, input and `max_buffer` are for commands that are awaited.
    ///
    /// # Errors
    ///
    /// [`Error::Spawn`] if it cannot be started.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// let mut child = child_process::exec_file("tr", ["a-z", "A-Z"]).spawn().await?;
    /// let (mut stdin, mut stdout) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
    /// stdin.write_all(b"hello").await?;
    /// drop(stdin);
    /// let mut text = String::new();
    /// stdout.read_to_string(&mut text).await?;
    /// assert_eq!(text, "HELLO");
    /// assert!(child.wait().await?.is_success());
    /// # Ok(()) }
    /// ```
    pub async fn spawn(mut self) -> Result<Child, Error> {
        let defaults = Defaults {
            stdin: Stdio::piped(),
            stdout: Stdio::piped(),
            stderr: Stdio::piped(),
        };
        self.start_child(defaults).await
    }

    pub(crate) async fn start_child(&mut self, defaults: Defaults) -> Result<Child, Error> {
        let started = spawn(self, defaults).await?;
        let failed = |source| Error::Io {
            attempt: "use the child's pipes",
            source,
        };
        let stdin = started
            .stdin
            .map(|pipe| pipe::Sender::from_owned_fd(pipe.into()));
        let stdout = started
            .stdout
            .map(|pipe| pipe::Receiver::from_owned_fd(pipe.into()));
        let stderr = started
            .stderr
            .map(|pipe| pipe::Receiver::from_owned_fd(pipe.into()));
        Ok(Child {
            stdin: stdin.transpose().map_err(failed)?,
            stdout: stdout.transpose().map_err(failed)?,
            stderr: stderr.transpose().map_err(failed)?,
            group: started.group,
        })
    }
}

impl Child {
    /// Its process number, which is also its group's.
    pub fn id(&self) -> u32 {
        self.group.id()
    }

    /// Sends a signal to its group and says whether anybody was there. Node's `kill` reaches the child alone.
    pub fn kill(&self, signal: Signal) -> bool {
        self.group.signal(signal)
    }

    /// Waits for its end: Node's `'exit'` event. The pipe to its stdin is closed first, if it was not taken.
    ///
    /// Read what it writes before or meanwhile: a full pipe holds it up.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system does not tell.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost; call it again.
    pub async fn wait(&mut self) -> Result<Exit, Error> {
        self.stdin = None;
        let failed = |source: io::Error| Error::Io {
            attempt: "wait for the child",
            source,
        };
        self.group.exited().await.map_err(failed)?;
        self.group.reap().map_err(failed)
    }
}
