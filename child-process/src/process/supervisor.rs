//! The task that follows each child to its end: input, time limit, cancellation and signals in one `select!`.
//!
//! Node's `exec` signals the child alone, once; here all of its group is ended, with SIGKILL if it must be. What the
//! child writes is read elsewhere, by [`Child::wait_with_output`](crate::Child::wait_with_output) or by the program.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::command::Command;
use super::process_group::ProcessGroup;

/// What was written just before SIGKILL may still lie in a pipe that a stranger holds open.
const POST_KILL_DRAIN: Duration = Duration::from_millis(100);
/// A killed process ends at once, unless the system holds it, as it does in the middle of some input and output.
const KILL_TIMEOUT: Duration = Duration::from_secs(5);
/// From one look at the orphans that are left to the next.
const SWEEP_PAUSE: Duration = Duration::from_millis(10);
/// The signals that ask a program to end.
const END_SIGNALS: [Signal; 4] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGHUP,
    Signal::SIGQUIT,
];

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
    /// The child has ended, and so have its pipes if they are read here.
    Ended,
    TimedOut,
    Cancelled,
    TooMuch(&'static str),
    /// It was to be ended, and the system did not kill it.
    NotKilled(Errno),
}

/// What the one who reads the child's output tells the supervisor.
#[derive(Debug, Default)]
pub struct Reading {
    /// The pipes are read and not at their end.
    pub is_open: bool,
    /// The stream that has given more than is kept.
    pub too_much: Option<&'static str>,
}

/// Follows the child until it has ended and nobody reads its output, or ends it if there is a reason to.
pub async fn supervise(
    group: Arc<ProcessGroup>,
    command: Command,
    stdin: Option<pipe::Sender>,
    mut reading: watch::Receiver<Reading>,
) -> io::Result<Reason> {
    let Command {
        limits,
        input,
        cancelled,
        forwarded,
        ..
    } = command;
    let told_to_end = AtomicBool::new(false);
    let mut closing = reading.clone();
    let mut over = pin!(async {
        let ended = async {
            group.exited().await?;
            let _ = closing.wait_for(|reading| !reading.is_open).await;
            Ok(())
        };
        tokio::select! {
            ended = ended => ended,
            never = feed(stdin, input.unwrap_or_default()) => match never {},
        }
    });
    let reason = tokio::select! {
        // A child that never stops writing must not outrun the clock.
        biased;
        () = sleep(limits.timeout) => Reason::TimedOut,
        () = cancelled => Reason::Cancelled,
        never = pass_on(&group, forwarded, &told_to_end) => match never {},
        stream = too_much(&mut reading) => Reason::TooMuch(stream),
        ended = &mut over => {
            ended?;
            if told_to_end.into_inner() {
                sweep(&group, limits.grace).await;
            }
            return Ok(Reason::Ended);
        }
    };
    let refusal = group.while_ending(terminate(&group, limits, over)).await;
    Ok(refusal.map_or(reason, Reason::NotKilled))
}

/// Ends everything in the group: the signal, time for last words, then SIGKILL for what is left.
/// Returns why the child itself could not be killed, if so.
async fn terminate(
    group: &ProcessGroup,
    limits: Limits,
    mut over: Pin<&mut impl Future<Output = io::Result<()>>>,
) -> Option<Errno> {
    let _ = group.signal(limits.kill_signal);
    // One that is stopped has to go on to hear of it.
    let _ = group.signal(Signal::SIGCONT);
    let is_over = timeout(limits.grace, &mut over).await.is_ok();
    // Also when the child itself has ended: what it has started may have not.
    let refusal = group.signal(Signal::SIGKILL).err();
    let patience = refusal.map_or(KILL_TIMEOUT, |_| POST_KILL_DRAIN);
    if timeout(patience, group.exited()).await.is_err() {
        return Some(refusal.unwrap_or(Errno::EBUSY));
    }
    if !is_over {
        let _ = timeout(POST_KILL_DRAIN, over).await;
    }
    None
}

/// Ends what has outlived a child that was told to end, if this process is the one that orphans come to.
async fn sweep(group: &ProcessGroup, grace: Duration) {
    let gone = async {
        while group.has_orphans() {
            sleep(SWEEP_PAUSE).await;
        }
    };
    if timeout(grace, gone).await.is_err() {
        let _ = group.signal(Signal::SIGKILL);
    }
}

/// Writes the input, then closes the pipe. It is not an error if the child does not read all of it.
async fn feed(stdin: Option<pipe::Sender>, input: Vec<u8>) -> Infallible {
    if let Some(mut stdin) = stdin {
        let _ = stdin.write_all(&input).await;
    }
    pending().await
}

async fn pass_on(
    group: &ProcessGroup,
    forwarded: Option<UnboundedReceiver<Signal>>,
    told_to_end: &AtomicBool,
) -> Infallible {
    if let Some(mut signals) = forwarded {
        while let Some(signal) = signals.recv().await {
            if END_SIGNALS.contains(&signal) {
                told_to_end.store(true, Ordering::Relaxed);
            }
            let _ = group.signal(signal);
        }
    }
    pending().await
}

async fn too_much(reading: &mut watch::Receiver<Reading>) -> &'static str {
    let seen = reading.wait_for(|reading| reading.too_much.is_some());
    let stream = seen.await.ok().and_then(|reading| reading.too_much);
    match stream {
        Some(stream) => stream,
        None => pending().await,
    }
}
