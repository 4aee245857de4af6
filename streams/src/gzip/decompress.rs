//! The decoder as a stream: chunks in, chunks out, the work on a thread of the pool.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures::stream::{self, TryStreamExt};

use super::decoder::{Decoder, Trailing};
use super::format::ByteStream;
use super::thread_pool;
use crate::{Error, Format};

/// Large enough that the hop to another thread does not count, small enough for a cache.
const OUTPUT_BYTES: usize = 128 * 1024;

/// Counts of a compressed stream, zero until the stream has ended. Clones show the same.
#[derive(Debug, Clone, Default)]
pub struct DecodeSummary(Arc<OnceLock<(u64, Trailing)>>);

impl DecodeSummary {
    /// Returns how many members there were; one for formats that know no members.
    pub fn members(&self) -> u64 {
        self.get().0
    }

    /// Returns what came after the last one.
    pub fn trailing(&self) -> Trailing {
        self.get().1
    }

    pub(super) fn set(&self, members: u64, trailing: Trailing) {
        // A stream ends once.
        let _ = self.0.set((members, trailing));
    }

    fn get(&self) -> (u64, Trailing) {
        self.0.get().copied().unwrap_or_default()
    }
}

/// Returns `input`, decompressed; see [`crate::decompress`].
pub fn decompress(format: Format, input: ByteStream) -> (ByteStream, DecodeSummary) {
    let summary = DecodeSummary::default();
    let start = Decompression {
        input,
        work: Box::new(Work {
            decoder: Decoder::new(format),
            chunk: Bytes::new(),
            needs_input: true,
            out: Vec::new(),
            failed: None,
        }),
        summary: summary.clone(),
    };
    // Unlike `unfold`, this may be polled after its end.
    (Box::pin(stream::try_unfold(start, next_chunk)), summary)
}

struct Decompression {
    input: ByteStream,
    work: Box<Work>,
    summary: DecodeSummary,
}

async fn next_chunk(mut state: Decompression) -> Result<Option<(Bytes, Decompression)>, Error> {
    loop {
        let mut work = state.work;
        if let Some(error) = work.failed {
            return Err(error);
        }
        if work.needs_input {
            match state.input.try_next().await? {
                Some(chunk) => work.chunk = chunk,
                None => {
                    work.decoder.finish()?;
                    let (members, trailing) = (work.decoder.members(), work.decoder.trailing());
                    state.summary.set(members, trailing);
                    return Ok(None);
                }
            }
        }
        let decoded;
        (state.work, decoded) = thread_pool::run(|| work.step()).await?;
        if !decoded.is_empty() {
            return Ok(Some((decoded, state)));
        }
    }
}

/// Everything that travels to the pool's thread and back.
struct Work {
    decoder: Decoder,
    chunk: Bytes,
    needs_input: bool,
    /// Kept as long as its bytes are copied out.
    out: Vec<u8>,
    /// Comes after the bytes before it.
    failed: Option<Error>,
}

impl Work {
    fn step(mut self: Box<Self>) -> (Box<Self>, Bytes) {
        self.out.clear();
        self.out.reserve_exact(OUTPUT_BYTES);
        self.failed = self.decoder.decode(&mut self.chunk, &mut self.out).err();
        self.needs_input = self.out.len() < self.out.capacity();
        // A chunk must not hold a whole buffer for a few bytes.
        let decoded = if self.out.len() < OUTPUT_BYTES / 2 {
            Bytes::copy_from_slice(&self.out)
        } else {
            std::mem::take(&mut self.out).into()
        };
        (self, decoded)
    }
}
