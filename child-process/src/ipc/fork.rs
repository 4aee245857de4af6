//! A child with a channel: `fork(module, args)`, and in the child `process.send`, `process.on('message')`.
//!
//! The channel is a socket whose number the environment tells, as Node does it. Our children have it as their stdin,
//! which needs no unsafe code and keeps starting fast; Node takes it there as well. From Node we get number 3.

use std::env;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::process::spawn::Defaults;
use crate::{Channel, Child, Command, Error, sys};

/// Tells a child which descriptor its channel is.
pub const CHANNEL_FD: &str = "NODE_CHANNEL_FD";
/// Tells it how messages are written.
pub const CHANNEL_MODE: &str = "NODE_CHANNEL_SERIALIZATION_MODE";

impl Command {
    /// Starts the command with a channel to it; its stdout and stderr are ours unless something else was set.
    ///
    /// The child is a Node program, which has `process.send` and `process.on('message')`, or one that calls [`parent`]:
    /// itself, for instance, with `exec_file(std::env::current_exe()?, ["worker"])`. Its stdin is the channel.
    ///
    /// # Errors
    ///
    /// [`Error::Spawn`] if it cannot be started, [`Error::Io`] if there is no socket to be had.
    pub async fn fork<In, Out>(self) -> Result<(Child, Channel<In, Out>), Error>
    where
        In: DeserializeOwned,
        Out: Serialize,
    {
        let failed = |source| Error::Io {
            attempt: "make a channel",
            source,
        };
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let mut command = self.env(CHANNEL_FD, "0").env(CHANNEL_MODE, "json");
        command.stdin = Some(OwnedFd::from(theirs).into());
        let defaults = Defaults {
            stdin: Stdio::null(),
            stdout: Stdio::inherit(),
            stderr: Stdio::inherit(),
        };
        let child = command.start_child(defaults).await?;
        Ok((child, Channel::over(ours)?))
    }
}

/// Whether the channel was taken.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The channel to the process that forked this one, Node's `fork` or ours; none if there is none, or it was taken before.
///
/// # Errors
///
/// [`Error::BadChannel`] if the environment names a descriptor that is no socket, or asks for V8's serialization.
pub fn parent<In, Out>() -> Result<Option<Channel<In, Out>>, Error>
where
    In: DeserializeOwned,
    Out: Serialize,
{
    let Some(named) = env::var_os(CHANNEL_FD) else {
        return Ok(None);
    };
    let bad = |reason: String| Error::BadChannel { reason };
    if env::var_os(CHANNEL_MODE).is_some_and(|mode| mode != "json") {
        return Err(bad(
            "serialization 'advanced' is V8's own; use 'json'".to_owned()
        ));
    }
    let number: RawFd = named
        .to_str()
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| bad(format!("{} is no descriptor", named.display())))?;
    if TAKEN.swap(true, Ordering::Relaxed) {
        return Ok(None);
    }
    let socket = UnixStream::from(descriptor(number).map_err(bad)?);
    // Our children are not to keep the channel open when we are map_disconnect.
    fcntl(&socket, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC))
        .map_err(|error| bad(error.to_string()))?;
    Channel::over(socket).map(Some)
}

fn descriptor(number: RawFd) -> Result<OwnedFd, String> {
    let link = format!("/proc/self/fd/{number}");
    let is_socket =
        std::fs::read_link(&link).is_ok_and(|to| to.to_string_lossy().starts_with("socket:"));
    if !is_socket {
        return Err(format!("descriptor {number} is no socket"));
    }
    let stdin = std::io::stdin();
    if number == stdin.as_raw_fd() {
        return stdin
            .as_fd()
            .try_clone_to_owned()
            .map_err(|error| error.to_string());
    }
    Ok(sys::from_inherited_fd(number))
}
