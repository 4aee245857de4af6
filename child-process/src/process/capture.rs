//! What a child writes, up to `maxBuffer`: one reader for each stream, at the same time.

use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::watch;

use super::process_group::ProcessGroup;
use super::supervisor::{Limits, Reading, after};

/// Reads both streams to their ends, or until the time for pipes that outlive the child is over.
pub async fn capture(
    group: &ProcessGroup,
    limits: Limits,
    [stdout, stderr]: [Option<pipe::Receiver>; 2],
    [out, err]: &mut [Vec<u8>; 2],
    reading: &watch::Sender<Reading>,
) -> io::Result<()> {
    // One after the other would wait for ever when the second pipe is full.
    let ends = async {
        tokio::try_join!(
            read(stdout, "stdout", limits.max_buffer, out, reading),
            read(stderr, "stderr", limits.max_buffer, err, reading),
        )
    };
    let too_late = async {
        group.exited().await?;
        after(limits.pipe_timeout).await;
        Ok(())
    };
    let over = tokio::select! {
        biased;
        ended = ends => ended.map(drop),
        late = too_late, if limits.pipe_timeout < Duration::MAX => late,
    };
    reading.send_if_modified(|reading| {
        let was_waiting = *reading == Reading::Waiting;
        if was_waiting {
            *reading = Reading::Over;
        }
        was_waiting
    });
    over
}

/// Reads a stream to its end and keeps up to `most` bytes of it. If there is more, `reading` has its name.
async fn read(
    pipe: Option<pipe::Receiver>,
    stream: &'static str,
    most: usize,
    kept: &mut Vec<u8>,
    reading: &watch::Sender<Reading>,
) -> io::Result<()> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    // One byte more than is kept shows that there is more.
    let enough = (most as u64).saturating_add(1);
    (&mut pipe).take(enough).read_to_end(kept).await?;
    if kept.len() > most {
        kept.truncate(most);
        reading.send_replace(Reading::TooMuch(stream));
        // The child ends by the signal, not because nothing reads its output.
        tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
    }
    Ok(())
}
