//! What Node does as well: `benches/bench.mjs` has the same jobs with the same names.

use buffers::{Encoding, Endian};

use super::inputs::{ASCII, MIXED, noise, text};
use super::{Job, Made};

pub fn jobs() -> Vec<Job> {
    let sizes = [(64 << 10, "64 KiB"), (1 << 20, "1 MiB")];
    sizes
        .into_iter()
        .flat_map(|(len, size)| {
            let parts = [
                encodings(len),
                unicode(len),
                in_place(len),
                searches(len),
                utf16_searches(len),
                texts(len),
                numbers(len),
            ];
            parts.into_iter().flatten().map(move |mut job| {
                job.name = format!("{}, {size}", job.name);
                job
            })
        })
        .collect()
}

fn encodings(len: usize) -> Vec<Job> {
    let bytes = noise(len);
    let mut jobs = Vec::new();
    for encoding in [Encoding::Hex, Encoding::Base64] {
        let (source, written) = (bytes.clone(), encoding.to_text_lossy(&bytes));
        jobs.push(Job::new(&format!("{encoding} encode"), len, move || {
            Made::Text(encoding.to_text_lossy(&source))
        }));
        jobs.push(Job::new(
            &format!("{encoding} decode"),
            written.len(),
            move || Made::Bytes(encoding.to_bytes_lossy(&written)),
        ));
    }
    let lines = in_lines(&Encoding::Base64.to_text_lossy(&bytes));
    jobs.push(Job::new(
        "base64 decode, in lines",
        lines.len(),
        move || Made::Bytes(Encoding::Base64.to_bytes_lossy(&lines)),
    ));
    jobs
}

/// A newline after every 76 characters, as mail has it.
pub fn in_lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / 76);
    for (place, letter) in text.chars().enumerate() {
        if place > 0 && place % 76 == 0 {
            lines.push('\n');
        }
        lines.push(letter);
    }
    lines
}

fn unicode(len: usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    for (name, line) in [("mixed", MIXED), ("ASCII", ASCII)] {
        let utf8 = text(line, len).into_bytes();
        let utf16 = Encoding::Utf16le.to_bytes_lossy(&text(line, len / 2));
        let (to_string, to_utf16, check) = (utf8.clone(), utf8.clone(), utf8.clone());
        jobs.push(Job::new(
            &format!("utf8 to string, {name}"),
            utf8.len(),
            move || Made::Text(Encoding::Utf8.to_text_lossy(&to_string)),
        ));
        jobs.push(Job::new(
            &format!("utf8 check, {name}"),
            utf8.len(),
            move || Made::Number(buffers::is_utf8(&check).into()),
        ));
        let transcode = |source: &[u8], from, to| {
            Made::Bytes(buffers::transcode(source, from, to).expect("well-formed text"))
        };
        jobs.push(Job::new(
            &format!("utf8 to utf16le, {name}"),
            utf8.len(),
            move || transcode(&to_utf16, Encoding::Utf8, Encoding::Utf16le),
        ));
        jobs.push(Job::new(
            &format!("utf16le to utf8, {name}"),
            utf16.len(),
            move || transcode(&utf16, Encoding::Utf16le, Encoding::Utf8),
        ));
    }
    jobs
}

fn in_place(len: usize) -> Vec<Job> {
    let mut jobs = Vec::new();
    type Swap = fn(&mut [u8]) -> Result<(), buffers::Error>;
    let swaps: [(&str, Swap); 3] = [
        ("swap16", buffers::swap16),
        ("swap32", buffers::swap32),
        ("swap64", buffers::swap64),
    ];
    for (name, swap) in swaps {
        let mut bytes = noise(len);
        jobs.push(Job::new(name, len, move || {
            swap(&mut bytes).expect("a multiple of eight");
            Made::Number(bytes[0].into())
        }));
    }
    let (mut one, mut many) = (noise(len), noise(len));
    jobs.push(Job::new("fill, a byte", len, move || {
        buffers::fill(&mut one, 0x5a, ..).expect("inside");
        Made::Number(one[len - 1].into())
    }));
    jobs.push(Job::new("fill, a pattern", len, move || {
        buffers::fill(&mut many, "abcdefg", ..).expect("inside");
        Made::Number(many[len - 1].into())
    }));
    let part = noise(len / 4);
    jobs.push(Job::new("concat", len, move || {
        Made::Bytes(buffers::concat([&part[..], &part, &part, &part], None))
    }));
    jobs
}

fn searches(len: usize) -> Vec<Job> {
    // No text has a zero or the word, so that everything is looked at.
    let line = text(ASCII, len).into_bytes();
    let size = line.len();
    let found = |place: Option<usize>| Made::Number(place.map_or(0, |place| place as u64));
    let (byte, front, back) = (line.clone(), line.clone(), line.clone());
    let [left, right, first, second] = [(); 4].map(|()| Aligned::new(&line));
    vec![
        Job::new("index_of, a byte", size, move || {
            found(buffers::index_of(&byte, 0, 0))
        }),
        Job::new("index_of, a word", size, move || {
            found(buffers::index_of(&front, "lazy cat", 0))
        }),
        Job::new("last_index_of, a word", size, move || {
            found(buffers::last_index_of(&back, "lazy cat", None))
        }),
        Job::new("equals", size, move || {
            Made::Number((left.bytes() == right.bytes()).into())
        }),
        Job::new("compare", size, move || {
            Made::Number(first.bytes().cmp(second.bytes()) as u64)
        }),
    ]
}

fn utf16_searches(len: usize) -> Vec<Job> {
    let utf16 = Encoding::Utf16le;
    let found = |place: Option<usize>| Made::Number(place.map_or(0, |place| place as u64));
    let text = utf16.to_bytes_lossy(&text(ASCII, len / 2));
    let (size, back) = (text.len(), text.clone());
    // Every position is nearly a hit.
    let many = utf16.to_bytes_lossy(&"a".repeat(len / 2));
    let needle = "a".repeat(2000) + "b";
    vec![
        Job::new("index_of, a UTF-16 word", size, move || {
            found(buffers::index_of(&text, ("lazy cat", utf16), 0))
        }),
        Job::new("last_index_of, a UTF-16 word", size, move || {
            found(buffers::last_index_of(&back, ("lazy cat", utf16), None))
        }),
        Job::new("index_of, nearly everywhere", len, move || {
            found(buffers::index_of(&many, (needle.as_str(), utf16), 0))
        }),
    ]
}

fn texts(len: usize) -> Vec<Job> {
    let (bytes, json) = (noise(len), noise(len));
    let base64 = Encoding::Base64.to_text_lossy(&bytes);
    let ascii = text(ASCII, len);
    let chunked = ascii.clone().into_bytes();
    vec![
        Job::new("atob", base64.len(), move || {
            Made::Text(buffers::atob(&base64).expect("base64"))
        }),
        Job::new("btoa", ascii.len(), move || {
            Made::Text(buffers::btoa(&ascii).expect("ASCII"))
        }),
        Job::new("latin1 to utf16le", len, move || {
            let made = buffers::transcode(&bytes, Encoding::Latin1, Encoding::Utf16le);
            Made::Bytes(made.expect("any byte is Latin-1"))
        }),
        Job::new("JSON", len, move || {
            Made::Text(buffers::Inspect::of(&json).json())
        }),
        Job::new("StringDecoder, 1 KiB chunks", chunked.len(), move || {
            let mut decoder = buffers::StringDecoder::new(Encoding::Utf8);
            let len: usize = chunked
                .chunks(1024)
                .map(|chunk| decoder.write(chunk).len())
                .sum();
            Made::Number((len + decoder.end().len()) as u64)
        }),
    ]
}

/// A copy that begins a cache line: where it lies would otherwise count for more than what is done with it.
struct Aligned {
    copy: Vec<u8>,
    start: usize,
}

impl Aligned {
    fn new(bytes: &[u8]) -> Self {
        let mut copy = vec![0; bytes.len() + 63];
        let start = copy.as_ptr().align_offset(64);
        copy[start..start + bytes.len()].copy_from_slice(bytes);
        Self { copy, start }
    }

    fn bytes(&self) -> &[u8] {
        &self.copy[self.start..self.copy.len() - 63 + self.start]
    }
}

fn numbers(len: usize) -> Vec<Job> {
    let (words, big, mut target) = (noise(len), noise(len), vec![0; len]);
    vec![
        Job::new("read u32 LE", len, move || {
            let sum = (0..len).step_by(4).fold(0_u32, |sum, offset| {
                let word: u32 = buffers::read(&words, offset, Endian::Little).expect("inside");
                sum.wrapping_add(word)
            });
            Made::Number(sum.into())
        }),
        Job::new("read f64 BE", len, move || {
            let count = (0..len).step_by(8).filter(|&offset| {
                let number: f64 = buffers::read(&big, offset, Endian::Big).expect("inside");
                number > 1.0
            });
            Made::Number(count.count() as u64)
        }),
        Job::new("write u32 BE", len, move || {
            for offset in (0..len).step_by(4) {
                buffers::write(&mut target, offset as u32, offset, Endian::Big).expect("inside");
            }
            Made::Number(target[len - 1].into())
        }),
    ]
}
