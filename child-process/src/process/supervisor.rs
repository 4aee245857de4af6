//! What follows each child to its end: input, time limit, cancellation and signals in one `select!`.
//!
//! Node's `exec` signals the child alone, once; here all of its group is ended, with SIGKILL if it must be.

use std::future::pending;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::time::{sleep, timeout};

use super::command::Command;
use super::running::Running;

/// What was written just before SIGKILL may still lie in a pipe that a stranger holds open.
pub const POST_KILL_DRAIN: Duration = Duration::from_millis(100);
/// A killed process ends at once, unless the system holds it, as it does in the middle of some input and output.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// When and how a run is ended, and what is kept of it: `timeout`, `killSignal`, `maxBuffer`.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub timeout: Duration,
    pub kill_signal: Signal,
    pub grace: Duration,
    pub pipe_timeout: Duration,
    pub max_buffer: usize,
    pub checked: bool,
}

/// Why a run is over.
#[derive(Debug, Clone, Copy)]
pub enum Reason {
    /// The child has ended, and so have its pipes if they are read.
    Ended,
    /// The child has ended, and something else has held its pipes open for too long.
    PipesHeld,
    TimedOut,
    Cancelled,
    TooMuch,
    /// It was to be ended, and the system did not kill it.
    NotKilled(Errno),
}

/// Follows the child until it has ended, or ends it if there is a reason to.
pub async fn supervise(
    running: Arc<Running>,
    mut command: Command,
    stdin: Option<pipe::Sender>,
) -> io::Result<Reason> {
    let limits = command.limits;
    let input = async {
        if let (Some(mut stdin), Some(input)) = (stdin, command.input) {
            // It is not an error if the child does not read all of it.
            let _ = stdin.write_all(&input).await;
        }
    };
    let signals = async {
        while let Some(signal) = command.forwarded.recv().await {
            let _ = running.signal(signal);
        }
    };
    let run = async {
        let mut ended = pin!(async {
            running.exited().await?;
            let read = timeout(limits.pipe_timeout, running.reading.lock()).await;
            Ok(read.map_or(Reason::PipesHeld, |_| Reason::Ended))
        });
        let reason = tokio::select! {
            // A child that never stops writing must not outrun the clock.
            biased;
            // For ever needs no timer, which would wake the runtime.
            () = sleep(limits.timeout), if limits.timeout < Duration::MAX => Reason::TimedOut,
            () = command.cancelled => Reason::Cancelled,
            _ = running.too_much.wait() => Reason::TooMuch,
            reason = &mut ended => return reason,
        };
        let refusal = terminate(&running, limits, ended).await;
        Ok(refusal.map_or(reason, Reason::NotKilled))
    };
    tokio::select! {
        reason = run => reason,
        // When both have ended, the child may still run.
        never = async { tokio::join!(input, signals, pending()).2 } => never,
    }
}

/// Ends everything in the group: the signal, time for last words, then SIGKILL for what is left.
/// Returns why the child itself could not be killed, if so.
pub async fn terminate<T>(
    running: &Running,
    limits: Limits,
    mut ended: Pin<&mut impl Future<Output = T>>,
) -> Option<Errno> {
    let _ = running.signal(limits.kill_signal);
    // One that is stopped has to go on to hear of it.
    let _ = running.signal(Signal::SIGCONT);
    let mut grace = limits.grace;
    if grace == Duration::MAX {
        // For ever is for the child: what has left the group may hold the pipes for ever.
        let _ = running.exited().await;
        grace = KILL_TIMEOUT;
    }
    let _ = timeout(grace, &mut ended).await;
    // Also when the child itself has ended: what it has started may have not.
    let refusal = running.signal(Signal::SIGKILL).err();
    let kill_timeout = refusal.map_or(KILL_TIMEOUT, |_| POST_KILL_DRAIN);
    let exited = timeout(kill_timeout, running.exited()).await;
    exited.is_err().then(|| refusal.unwrap_or(Errno::EBUSY))
}
