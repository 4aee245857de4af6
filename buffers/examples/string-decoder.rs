//! `StringDecoder` never cuts a character, wherever the chunks are cut.
//!
//! `write` returns a `String`, so half a surrogate pair waits; `write_utf16` gives it as Node does.

use buffers::Encoding::{Base64, Base64Url, Hex, Latin1, Utf8, Utf16le};
use buffers::{Encoding, StringDecoder};

fn decode(encoding: Encoding, chunks: &[&[u8]]) {
    let mut decoder = StringDecoder::new(encoding);
    for chunk in chunks {
        let text = decoder.write(chunk);
        println!(
            "[{text}] lacks {} of {}",
            decoder.missing(),
            decoder.total()
        );
    }
    println!("[{}]", decoder.end());
}

pub(crate) fn main() {
    decode(
        Utf8,
        &[&[0xe2], &[0x82, 0xb9, 0xf0, 0x9f], &[0x8c], &[0xbb, 0x6b]],
    );
    decode(Utf8, &[&[0x6b, 0xf0, 0x9f], &[0x6b], &[0xe2, 0x82]]);
    decode(Utf8, &[&[0xff, 0x80], &[0x80, 0xed, 0xa0], &[0x80]]);
    decode(Utf16le, &[&[0x6b], &[0x00, 0x3c, 0xd8], &[0x3b, 0xdf]]);
    decode(Base64, &[b"s", b"un", b"flower"]);
    decode(Base64Url, &[&[0xfb, 0xff], &[0xfe, 0xfb]]);
    decode(Hex, &[b"su", b"n"]);
    decode(Latin1, &[&[0xe9], &[0x41]]);

    let mut decoder = StringDecoder::new(Utf8);
    let mut text = String::new();
    for byte in "здравей 👋".bytes() {
        text += &decoder.write(&[byte]);
    }
    println!("{text}");
}
