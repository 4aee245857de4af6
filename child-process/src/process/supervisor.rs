//! What follows each child to its end: input, output, time limit, cancellation and signals in one `select!`.
//!
//! Node's `exec` signals the child alone, once; here all of its group is ended, with SIGKILL if it must be.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{SetOnce, oneshot};
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
#[derive(Debug, Default, Clone, Copy)]
pub enum Reason {
    /// The child has ended, and so have its pipes if they are read here.
    #[default]
    Ended,
    TimedOut,
    Cancelled,
    TooMuch(&'static str),
    /// It was to be ended, and the system did not kill it.
    NotKilled(Errno),
}

/// This process's ends of the child's stdout and stderr.
pub type Outputs = [Option<pipe::Receiver>; 2];

/// What a supervisor leaves.
#[derive(Debug, Default)]
pub struct Ended {
    pub reason: Reason,
    /// What was read of stdout and stderr.
    pub kept: [Vec<u8>; 2],
}

/// Follows the child until it has ended, or ends it if there is a reason to.
///
/// If `outputs` come before its end, they are read, and the child has not ended before they are at their end.
pub async fn supervise(
    group: Arc<ProcessGroup>,
    command: Command,
    stdin: Option<pipe::Sender>,
    outputs: oneshot::Receiver<Outputs>,
) -> io::Result<Ended> {
    let mut kept = <[Vec<u8>; 2]>::default();
    let reason = follow(&group, command, stdin, outputs, &mut kept).await?;
    Ok(Ended { reason, kept })
}

async fn follow(
    group: &ProcessGroup,
    command: Command,
    stdin: Option<pipe::Sender>,
    mut outputs: oneshot::Receiver<Outputs>,
    kept: &mut [Vec<u8>; 2],
) -> io::Result<Reason> {
    let limits = command.limits;
    let (told_to_end, too_much) = (AtomicBool::new(false), SetOnce::new());
    let mut over = pin!(async {
        let ended = async {
            let outputs = tokio::select! {
                outputs = &mut outputs => outputs.ok(),
                exited = group.exited() => {
                    exited?;
                    outputs.close();
                    outputs.try_recv().ok()
                }
            };
            capture(group, limits, outputs.unwrap_or_default(), kept, &too_much).await?;
            group.exited().await
        };
        tokio::select! {
            ended = ended => ended,
            never = feed(stdin, command.input.unwrap_or_default()) => match never {},
        }
    });
    let reason = tokio::select! {
        // A child that never stops writing must not outrun the clock.
        biased;
        () = after(limits.timeout) => Reason::TimedOut,
        () = command.cancelled => Reason::Cancelled,
        never = pass_on(group, command.forwarded, &told_to_end) => match never {},
        stream = too_much.wait() => Reason::TooMuch(stream),
        ended = &mut over => {
            ended?;
            if told_to_end.into_inner() {
                sweep(group, limits.grace).await;
            }
            return Ok(Reason::Ended);
        }
    };
    let refusal = group.while_ending(terminate(group, limits, over)).await;
    Ok(refusal.map_or(reason, Reason::NotKilled))
}

/// Reads both streams to their ends, or until the time for pipes that outlive the child is over.
pub async fn capture(
    group: &ProcessGroup,
    limits: Limits,
    [stdout, stderr]: Outputs,
    [out, err]: &mut [Vec<u8>; 2],
    too_much: &SetOnce<&'static str>,
) -> io::Result<()> {
    // One after the other would wait for ever when the second pipe is full.
    let ends = async {
        tokio::try_join!(
            read(stdout, "stdout", limits.max_buffer, out, too_much),
            read(stderr, "stderr", limits.max_buffer, err, too_much),
        )
    };
    let too_late = async {
        group.exited().await?;
        after(limits.pipe_timeout).await;
        Ok(())
    };
    tokio::select! {
        biased;
        ended = ends => ended.map(drop),
        late = too_late => late,
    }
}

/// Waits so long. For ever needs no timer, which would wake the runtime.
async fn after(time: Duration) {
    match time {
        Duration::MAX => pending().await,
        time => sleep(time).await,
    }
}

/// Reads a stream to its end and keeps up to `most` bytes of it. If there is more, `too_much` has its name.
async fn read(
    pipe: Option<pipe::Receiver>,
    stream: &'static str,
    most: usize,
    kept: &mut Vec<u8>,
    too_much: &SetOnce<&'static str>,
) -> io::Result<()> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    // One byte more than is kept shows that there is more.
    let enough = (most as u64).saturating_add(1);
    (&mut pipe).take(enough).read_to_end(kept).await?;
    if kept.len() > most {
        kept.truncate(most);
        let _ = too_much.set(stream);
        // The child ends by the signal, not because nothing reads its output.
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(())
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
