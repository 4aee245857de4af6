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
    let start = Box::new(Decompression {
        input,
        summary: summary.clone(),
        decoder: Decoder::new(format),
        chunk: Bytes::new(),
        needs_input: true,
        out: Vec::new(),
        failed: None,
    });
    // Unlike `unfold`, this may be polled after its end.
    (
        Box::pin(stream::try_unfold(start, Decompression::next_chunk)),
        summary,
    )
}

/// Travels to the pool's thread and back.
struct Decompression {
    input: ByteStream,
    summary: DecodeSummary,
    decoder: Decoder,
    chunk: Bytes,
    needs_input: bool,
    /// Kept as long as its bytes are copied out.
    out: Vec<u8>,
    /// Comes after the bytes before it.
    failed: Option<Error>,
}

impl Decompression {
    async fn next_chunk(mut self: Box<Self>) -> Result<Option<(Bytes, Box<Self>)>, Error> {
        loop {
            if let Some(error) = self.failed {
                return Err(error);
            }
            if self.needs_input {
                let Some(chunk) = self.input.try_next().await? else {
                    self.decoder.finish()?;
                    let (members, trailing) = (self.decoder.members(), self.decoder.trailing());
                    self.summary.set(members, trailing);
                    return Ok(None);
                };
                self.chunk = chunk;
            }
            let decoded;
            (self, decoded) = thread_pool::run(|| self.step()).await?;
            if !decoded.is_empty() {
                return Ok(Some((decoded, self)));
            }
        }
    }

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
