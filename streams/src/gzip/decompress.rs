//! The decoder as a stream: chunks in, chunks out, the work on a blocking thread.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use futures::stream::{self, Stream, TryStreamExt};

use super::decoder::{DecodeStatus, Decoder, Trailing};
use super::format::ByteStream;
use crate::{DecompressOptions, Error, Format};

/// Large enough that the hop to another thread does not count, small enough for a cache.
const OUTPUT_BYTES: usize = 128 * 1024;

/// What was found in a compressed stream. Clones show the same; complete when the stream has ended.
#[derive(Debug, Clone, Default)]
pub struct DecodeSummary(Arc<Mutex<Counts>>);

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    members: u64,
    trailing: Trailing,
}

impl DecodeSummary {
    /// How many members there were; one for formats that know no members.
    pub fn members(&self) -> u64 {
        self.lock().members
    }

    /// What came after the last one.
    pub fn trailing(&self) -> Trailing {
        self.lock().trailing
    }

    pub(crate) fn set(&self, members: u64, trailing: Trailing) {
        *self.lock() = Counts { members, trailing };
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().expect("nobody panics while holding a report")
    }
}

/// `input`, decompressed; see [`crate::decompress`].
pub fn decompress<S>(
    format: Format,
    input: S,
    options: DecompressOptions,
) -> (ByteStream, DecodeSummary)
where
    S: Stream<Item = Result<Bytes, Error>> + Send + 'static,
{
    let report = DecodeSummary::default();
    let limit = options.max_output.unwrap_or(u64::MAX);
    let decompression = Decompression {
        input: Box::pin(input),
        work: Some(Work {
            decoder: Decoder::new(format),
            chunk: Bytes::new(),
            progress: DecodeStatus::NeedsInput,
            limit,
            room: limit,
        }),
        failed: None,
        report: report.clone(),
    };
    let output = stream::unfold(decompression, |mut decompression| async move {
        let item = decompression.next().await?;
        Some((item, decompression))
    });
    (Box::pin(output), report)
}

struct Decompression<S> {
    input: Pin<Box<S>>,
    /// Gone when there is no more to decode.
    work: Option<Work>,
    failed: Option<Error>,
    report: DecodeSummary,
}

impl<S: Stream<Item = Result<Bytes, Error>>> Decompression<S> {
    async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        loop {
            if let Some(error) = self.failed.take() {
                return Some(Err(error));
            }
            let mut work = self.work.take()?;
            if work.progress == DecodeStatus::NeedsInput {
                match self.input.try_next().await {
                    Ok(Some(chunk)) => work.chunk = chunk,
                    Ok(None) => {
                        let end = work.decoder.finish();
                        self.report
                            .set(work.decoder.members(), work.decoder.trailing());
                        return end.err().map(Err);
                    }
                    Err(error) => return Some(Err(error)),
                }
            }
            let (work, out, outcome) = match tokio::task::spawn_blocking(|| work.step()).await {
                Ok(step) => step,
                Err(error) => return Some(Err(error.into())),
            };
            match outcome {
                Ok(()) => self.work = Some(work),
                // What is good goes first.
                Err(error) => self.failed = Some(error),
            }
            if !out.is_empty() {
                return Some(Ok(out.into()));
            }
        }
    }
}

/// All that travels to the blocking thread and back.
struct Work {
    decoder: Decoder,
    chunk: Bytes,
    progress: DecodeStatus,
    limit: u64,
    /// How many more bytes may come out.
    room: u64,
}

impl Work {
    fn step(mut self) -> (Self, Vec<u8>, Result<(), Error>) {
        let mut out = Vec::with_capacity(OUTPUT_BYTES);
        let mut outcome = self
            .decoder
            .decode(&mut self.chunk, &mut out)
            .map(|progress| self.progress = progress);
        match self.room.checked_sub(out.len() as u64) {
            Some(room) => self.room = room,
            None => {
                out.truncate(usize::try_from(self.room).expect("less than the buffer"));
                outcome = Err(Error::OutputLimit { limit: self.limit });
            }
        }
        (self, out, outcome)
    }
}
