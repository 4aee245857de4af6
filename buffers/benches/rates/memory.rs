//! 16 MiB into memory that is used again, and what it costs merely to copy as much.

use buffers::Encoding::{self, Base64, Hex, Latin1, Utf16le};

use super::inputs::{ASCII, MIXED, noise, text};
use super::{Job, Made};

const LEN: usize = 16 << 20;

pub fn reused() -> Vec<Job> {
    let mixed = text(MIXED, LEN);
    vec![
        to_slice("hex encode", Hex, noise(LEN)),
        to_bytes("hex decode", Hex, Hex.to_text_lossy(&noise(LEN / 2))),
        to_slice("base64 encode", Base64, noise(LEN)),
        to_bytes(
            "base64 decode",
            Base64,
            Base64.to_text_lossy(&noise(LEN / 4 * 3)),
        ),
        to_text("latin1 to string", Latin1, text(ASCII, LEN).into_bytes()),
        to_text(
            "utf16le to string",
            Utf16le,
            Utf16le.to_bytes_lossy(&text(ASCII, LEN / 2)),
        ),
        Job::new("utf8 check", mixed.len(), move || {
            Made::Number(buffers::is_utf8(mixed.as_bytes()).into())
        }),
    ]
}

/// Text into a `String`.
fn to_text(name: &str, encoding: Encoding, input: Vec<u8>) -> Job {
    let mut text = String::new();
    Job::new(name, input.len(), move || {
        text.clear();
        encoding.text_into(&input, &mut text).expect("good input");
        Made::Number(text.len() as u64)
    })
}

/// Text into an array.
fn to_slice(name: &str, encoding: Encoding, input: Vec<u8>) -> Job {
    let mut text = encoding.to_text_lossy(&input).into_bytes();
    Job::new(name, input.len(), move || {
        let len = encoding.text_to_slice(&input, &mut text);
        Made::Number(len.expect("good input") as u64)
    })
}

/// Bytes into an array.
fn to_bytes(name: &str, encoding: Encoding, input: String) -> Job {
    let mut bytes = encoding.to_bytes_lossy(&input);
    Job::new(name, input.len(), move || {
        let len = encoding.bytes_to_slice(&input, &mut bytes);
        Made::Number(len.expect("good input") as u64)
    })
}

/// The same names, and each time a copy of 16 MiB.
pub fn memcpy() -> Vec<Job> {
    let copy = |job: Job| {
        let (source, mut target) = (noise(job.bytes), vec![0; job.bytes]);
        Job::new(&job.name, job.bytes, move || {
            target.copy_from_slice(&source);
            Made::Number(target.len() as u64)
        })
    };
    reused().into_iter().map(copy).collect()
}
