//! Compressed data as nobody should send it: each file has one verdict, however it is cut into chunks.

#[path = "../support/chunked.rs"]
mod chunked;
#[path = "../support/member.rs"]
mod member;

mod after_the_end;
mod bombs;
mod cut_and_flipped;
mod damaged;
mod headers;
mod many_members;
mod other_formats;

use bytes::Bytes;
use futures::StreamExt;
use streams::{Decoder, Trailing};
use streams::{DecompressOptions, Error, Format, decompress};

use self::chunked::chunked;

const CHUNKINGS: [usize; 6] = [1, 2, 3, 7, 4096, usize::MAX];

/// So many in the long form, `SOAK=1`, and an eighth of them in the short one.
fn many(number: usize) -> usize {
    let is_soak = std::env::var_os("SOAK").is_some_and(|value| value == "1");
    if is_soak { number } else { number / 8 }
}

/// Through the stream each chunk is a hop to another thread: larger files are left to the decoder alone.
const MOST_HOPS: usize = 2_000;

/// What came out, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Verdict {
    output: Vec<u8>,
    end: End,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Whole { members: u64, trailing: Trailing },
    Truncated,
    Corrupt,
    WrongFormat,
}

impl Verdict {
    fn whole(output: &[u8], members: u64, trailing: Trailing) -> Self {
        let output = output.to_vec();
        let end = End::Whole { members, trailing };
        Self { output, end }
    }

    fn is_corrupt(&self) -> bool {
        self.end == End::Corrupt
    }
}

/// The verdict on a gzip file, which is the same for every chunking.
fn verdict(file: &[u8]) -> Verdict {
    verdict_as(Format::Gzip, file)
}

fn verdict_as(format: Format, file: &[u8]) -> Verdict {
    let expected = decoded(format, file, usize::MAX);
    for chunk_bytes in CHUNKINGS {
        let found = decoded(format, file, chunk_bytes);
        assert!(
            found == expected,
            "decoder, chunks of {chunk_bytes}: {:?}, not {:?}",
            found.end,
            expected.end
        );
        if file.len().div_ceil(chunk_bytes) <= MOST_HOPS {
            let found = streamed(format, file, chunk_bytes);
            assert!(
                found == expected,
                "stream, chunks of {chunk_bytes}: {:?}, not {:?}",
                found.end,
                expected.end
            );
        }
    }
    expected
}

/// The verdict of the decoder by itself.
fn decoded(format: Format, file: &[u8], chunk_bytes: usize) -> Verdict {
    decoded_with_room(format, file, chunk_bytes, 16 * 1024)
}

/// The same with room for only so many bytes at a time.
fn decoded_with_room(
    format: Format,
    file: &[u8],
    chunk_bytes: usize,
    room_bytes: usize,
) -> Verdict {
    let mut decoder = Decoder::new(format);
    let mut output = Vec::new();
    let mut out = Vec::with_capacity(room_bytes);
    let mut failed = None;
    let mut input = Bytes::copy_from_slice(file);
    'chunks: while !input.is_empty() {
        let mut chunk = input.split_to(chunk_bytes.min(input.len()));
        loop {
            let decoded = decoder.decode(&mut chunk, &mut out);
            let is_full = out.len() == out.capacity();
            output.append(&mut out);
            match decoded {
                Ok(()) if is_full => {}
                Ok(()) => break,
                Err(error) => {
                    failed = Some(error);
                    break 'chunks;
                }
            }
        }
    }
    let end = match failed.map_or_else(|| decoder.finish(), Err) {
        Ok(()) => End::Whole {
            members: decoder.members(),
            trailing: decoder.trailing(),
        },
        Err(error) => refused(error),
    };
    Verdict { output, end }
}

/// The verdict of the stream.
fn streamed(format: Format, file: &[u8], chunk_bytes: usize) -> Verdict {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let input = chunked(file, chunk_bytes);
    let (mut stream, report) = decompress(format, input, DecompressOptions::default());
    let mut output = Vec::new();
    let mut failed = None;
    while let Some(chunk) = runtime.block_on(stream.next()) {
        assert!(failed.is_none(), "an error is the last item");
        match chunk {
            Ok(chunk) => output.extend_from_slice(&chunk),
            Err(error) => failed = Some(refused(error)),
        }
    }
    let end = failed.unwrap_or_else(|| End::Whole {
        members: report.members(),
        trailing: report.trailing(),
    });
    Verdict { output, end }
}

fn refused(error: Error) -> End {
    match error {
        Error::Truncated => End::Truncated,
        Error::Corrupt { .. } => End::Corrupt,
        Error::WrongFormat { .. } => End::WrongFormat,
        other => panic!("damage is not reported as {other:?}"),
    }
}
