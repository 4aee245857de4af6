//! A child with a channel: `fork(module, args)`, and in the child `process.send`, `process.on('message')`.
//!
//! The channel is a socket whose number the environment tells, 3 unless that is taken, as Node does it.

use std::env;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::inherited::take;
use crate::process::command::{CHANNEL_FD, CHANNEL_MODE};
use crate::{Channel, Child, Command, Error, Stdio};

impl Command {
    /// Starts the command with a channel to it; its stdin, stdout and stderr are ours unless something else was set.
    ///
    /// The child is a Node program, which has `process.send` and `process.on('message')`, or one that calls [`parent`]:
    /// itself, for instance, with `exec_file(std::env::current_exe()?, ["worker"])`.
    ///
    /// # Errors
    ///
    /// [`Error::Spawn`] if it cannot be started, [`Error::Io`] if the system gives no socket.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
    /// use child_process::{Channel, exec_file};
    ///
    /// let (child, mut channel): (_, Channel) = exec_file("node", ["worker.js"]).fork().await?;
    /// channel.send(&serde_json::json!({ "hello": child.pid() })).await?;
    /// println!("{:?}", channel.recv().await?);
    /// # Ok(()) }
    /// ```
    pub async fn fork<In: DeserializeOwned, Out: Serialize>(
        mut self,
    ) -> Result<(Child, Channel<In, Out>), Error> {
        let (ours, theirs) = UnixStream::pair().map_err(Error::io("make a channel"))?;
        let is_free = |number: &RawFd| !self.stdio.contains_key(number);
        let number = (3..).find(is_free).unwrap_or_default();
        self.stdio.insert(number, OwnedFd::from(theirs).into());
        let command = self
            .env(CHANNEL_FD, number.to_string())
            .env(CHANNEL_MODE, "json");
        let child = command.spawn_with([const { Stdio::Inherit }; 3]).await?;
        Ok((child, Channel::over(ours)?))
    }
}

/// Whether the channel was taken.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Returns the channel to the process that forked this one, Node's `fork` or ours; none without one, or the second time.
///
/// # Errors
///
/// [`Error::BadChannel`] if the environment names a descriptor that is not a socket from the parent, or asks for V8's
/// serialization.
pub fn parent<In: DeserializeOwned, Out: Serialize>() -> Result<Option<Channel<In, Out>>, Error> {
    let Some(named) = env::var_os(CHANNEL_FD) else {
        return Ok(None);
    };
    if env::var_os(CHANNEL_MODE).is_some_and(|mode| mode != "json") {
        let refusal = "serialization 'advanced' is V8's own; use 'json'";
        return Err(Error::BadChannel(refusal.to_owned()));
    }
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Ok(None);
    }
    let socket = take(&named.to_string_lossy()).map_err(Error::BadChannel)?;
    Channel::over(socket.into()).map(Some)
}
