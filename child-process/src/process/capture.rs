//! What a child writes, up to `maxBuffer`: one reader for each stream, at the same time.

use std::io;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::time::sleep;

use super::child::Child;

impl Child {
    /// Reads both streams to their ends, or until the time for pipes that outlive the child is over.
    pub(super) async fn capture(
        &self,
        [stdout, stderr]: [Option<pipe::Receiver>; 2],
        [out, err]: &mut [Vec<u8>; 2],
    ) -> io::Result<()> {
        // One after the other would wait for ever when the second pipe is full.
        let ends = async {
            tokio::try_join!(
                self.read("stdout", stdout, out),
                self.read("stderr", stderr, err),
            )
        };
        let pipe_timeout = self.limits.pipe_timeout;
        let too_late = async {
            self.group.exited().await?;
            sleep(pipe_timeout).await;
            Ok(())
        };
        let over = tokio::select! {
            biased;
            ended = ends => ended.map(drop),
            late = too_late, if pipe_timeout < Duration::MAX => late,
        };
        self.reading.send_replace(false);
        over
    }

    /// Reads a stream to its end and keeps as much as is allowed.
    async fn read(
        &self,
        stream: &'static str,
        pipe: Option<pipe::Receiver>,
        kept: &mut Vec<u8>,
    ) -> io::Result<()> {
        let (Some(mut pipe), most) = (pipe, self.limits.max_buffer) else {
            return Ok(());
        };
        // One byte more than is kept shows that there is more.
        let enough = (most as u64).saturating_add(1);
        (&mut pipe).take(enough).read_to_end(kept).await?;
        if kept.len() > most {
            kept.truncate(most);
            let _ = self.too_much.set(stream);
            // The child ends by the signal, not because nothing reads its output.
            tokio::io::copy(&mut pipe, &mut tokio::io::sink()).await?;
        }
        Ok(())
    }
}
