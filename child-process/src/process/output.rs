//! What a child writes, up to `maxBuffer`: one reader for each stream, at the same time.

use std::io;
use std::mem;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::SetOnce;
use tokio::time::timeout;

use super::child::Child;
use super::supervisor::{POST_KILL_DRAIN, Reason, terminate};
use crate::{Error, Exit, Output};

impl Child {
    /// Reads what is left of stdout and stderr, each up to `max_buffer`, and waits: what awaiting the command gives.
    ///
    /// # Errors
    ///
    /// As awaiting the command.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future kills the group.
    pub async fn wait_with_output(mut self) -> Result<Output, Error> {
        // Without input, its stdin is at its end.
        self.stdin = None;
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let reason = self.read_to_end(&mut stdout, &mut stderr).await?;
        let exit = match reason {
            Reason::NotKilled(_) => Exit::StillRunning,
            _ => self.reaped().await?,
        };
        let output = Output {
            command: mem::take(&mut self.command),
            pid: self.pid(),
            exit,
            stdout,
            stderr,
            killed: self.killed() || matches!(reason, Reason::NotKilled(_)),
            elapsed: self.started.elapsed(),
        };
        let after = self.limits.timeout;
        Err(match (reason, self.running.too_much.get()) {
            (Reason::NotKilled(errno), _) => Error::NotKilled { errno, output },
            (Reason::TimedOut, _) => Error::TimedOut { after, output },
            (Reason::Cancelled, _) => Error::Aborted(output),
            (_, Some(stream)) => Error::MaxBuffer { stream, output },
            _ if exit.is_success() || !self.limits.checked => return Ok(output),
            _ => Error::Failed(output),
        })
    }

    /// Reads both streams until the child has ended, or was ended, and returns why.
    async fn read_to_end(&mut self, out: &mut Vec<u8>, err: &mut Vec<u8>) -> Result<Reason, Error> {
        let (stdout, stderr) = (self.stdout.take(), self.stderr.take());
        let (limits, started, running) = (self.limits, self.started, Arc::clone(&self.running));
        let too_much = &running.too_much;
        let reading = running.reading.lock().await;
        // One after the other would wait for ever when the second pipe is full.
        let mut captured = pin!(async {
            let ended = tokio::try_join!(
                read(stdout, out, limits.max_buffer, "stdout", too_much),
                read(stderr, err, limits.max_buffer, "stderr", too_much),
            );
            drop(reading);
            ended.map_err(Error::io("read what the child writes"))
        });
        tokio::select! {
            // A child that never stops writing must not outrun the clock.
            biased;
            reason = self.supervised() => {
                let reason = reason?;
                let left = limits.timeout.saturating_sub(started.elapsed());
                let left = left.max(POST_KILL_DRAIN);
                let drain = match reason {
                    // It had ended before its output was read.
                    Reason::Ended => limits.pipe_timeout.min(left),
                    Reason::PipesHeld | Reason::NotKilled(_) => Duration::ZERO,
                    _ => POST_KILL_DRAIN,
                };
                match timeout(drain, &mut captured).await {
                    Ok(read) => read.map(|_| reason),
                    Err(_) if matches!(reason, Reason::Ended) && drain == left => {
                        terminate(&running, limits, captured).await;
                        Ok(Reason::TimedOut)
                    }
                    Err(_) => Ok(reason),
                }
            }
            ended = &mut captured => {
                ended?;
                self.supervised().await
            }
        }
    }
}

/// Reads a stream to its end and keeps at most `most` bytes of it.
async fn read(
    pipe: Option<pipe::Receiver>,
    kept: &mut Vec<u8>,
    most: usize,
    name: &'static str,
    too_much: &SetOnce<&'static str>,
) -> io::Result<()> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    // One byte more than is kept shows that there is more.
    let enough = (most as u64).saturating_add(1);
    (&mut pipe).take(enough).read_to_end(kept).await?;
    if kept.len() > most {
        kept.truncate(most);
        let _ = too_much.set(name);
        // The child ends by the signal, not because nothing reads its output.
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(())
}
