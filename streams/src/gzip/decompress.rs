//! The decoder as a stream: chunks in, chunks out, the work on a thread of the pool.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::stream::{self, Stream, TryStreamExt};

use super::decoder::{DecodeStatus, Decoder, Trailing};
use super::format::ByteStream;
use super::thread_pool::Lane;
use crate::{DecompressOptions, Error, Format};

/// Large enough that the hop to another thread does not count, small enough for a cache.
const OUTPUT_BYTES: usize = 128 * 1024;

/// Counts of a compressed stream. Clones show the same; complete when the stream has ended.
#[derive(Debug, Clone, Default)]
pub struct DecodeSummary(Arc<Mutex<Counts>>);

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    members: u64,
    trailing: Trailing,
}

impl DecodeSummary {
    /// Returns how many members there were; one for formats that know no members.
    pub fn members(&self) -> u64 {
        self.lock().members
    }

    /// Returns what came after the last one.
    pub fn trailing(&self) -> Trailing {
        self.lock().trailing
    }

    pub(crate) fn set(&self, members: u64, trailing: Trailing) {
        *self.lock() = Counts { members, trailing };
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns `input`, decompressed; see [`crate::decompress`].
pub fn decompress<S>(
    format: Format,
    input: S,
    options: DecompressOptions,
) -> (ByteStream, DecodeSummary)
where
    S: Stream<Item = Result<Bytes, Error>> + Send + 'static,
{
    let summary = DecodeSummary::default();
    let limit = options.max_output.unwrap_or(u64::MAX);
    let decompression = Decompression {
        input: Box::pin(input),
        state: State::Decoding(Box::new(Work {
            decoder: Decoder::new(format),
            chunk: Bytes::new(),
            status: DecodeStatus::NeedsInput,
            out: Vec::new(),
            limit,
            room: limit,
        })),
        summary: summary.clone(),
        lane: Lane::new(1),
    };
    // Unlike `unfold`, this may be polled after its end.
    let output = stream::try_unfold(decompression, |mut decompression| async move {
        let chunk = decompression.next().await?;
        Ok(chunk.map(|chunk| (chunk, decompression)))
    });
    (Box::pin(output), summary)
}

struct Decompression<S> {
    input: Pin<Box<S>>,
    state: State,
    summary: DecodeSummary,
    lane: Arc<Lane>,
}

enum State {
    Decoding(Box<Work>),
    /// Comes after the bytes before it.
    Failed(Error),
    Ended,
}

impl<S: Stream<Item = Result<Bytes, Error>>> Decompression<S> {
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        loop {
            let mut work = match std::mem::replace(&mut self.state, State::Ended) {
                State::Decoding(work) => work,
                State::Failed(error) => return Err(error),
                State::Ended => return Ok(None),
            };
            if work.status == DecodeStatus::NeedsInput {
                match self.input.try_next().await? {
                    Some(chunk) => work.chunk = chunk,
                    None => {
                        work.decoder.finish()?;
                        let (members, trailing) = (work.decoder.members(), work.decoder.trailing());
                        self.summary.set(members, trailing);
                        return Ok(None);
                    }
                }
            }
            let (work, decoded, result) = self.lane.run(|| work.step()).await?;
            self.state = match result {
                Ok(()) => State::Decoding(work),
                Err(error) => State::Failed(error),
            };
            if !decoded.is_empty() {
                return Ok(Some(decoded));
            }
        }
    }
}

/// Everything that travels to the pool's thread and back.
struct Work {
    decoder: Decoder,
    chunk: Bytes,
    status: DecodeStatus,
    /// Kept as long as its bytes are copied out.
    out: Vec<u8>,
    limit: u64,
    /// How many more bytes may come out.
    room: u64,
}

impl Work {
    fn step(mut self: Box<Self>) -> (Box<Self>, Bytes, Result<(), Error>) {
        self.out.clear();
        self.out.reserve_exact(OUTPUT_BYTES);
        let mut result = self
            .decoder
            .decode(&mut self.chunk, &mut self.out)
            .map(|status| self.status = status);
        match self.room.checked_sub(self.out.len() as u64) {
            Some(room) => self.room = room,
            None => {
                let room = usize::try_from(self.room).expect("less than the buffer");
                self.out.truncate(room);
                result = Err(Error::OutputLimit { limit: self.limit });
            }
        }
        // A chunk must not hold a whole buffer for a few bytes.
        let decoded = if self.out.len() < OUTPUT_BYTES / 2 {
            Bytes::copy_from_slice(&self.out)
        } else {
            std::mem::take(&mut self.out).into()
        };
        (self, decoded, result)
    }
}
