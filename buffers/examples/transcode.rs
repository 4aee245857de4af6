//! `transcode` goes from the bytes of one encoding to those of another.
//!
//! What the other encoding lacks becomes `?`; between UTF-8 and UTF-16, bad input is an error.

use buffers::Encoding::{Ascii, Latin1, Utf8, Utf16le};
use buffers::{BufferExt, Encoding, Error};

fn show(bytes: &[u8], from: Encoding, to: Encoding) -> Result<(), Error> {
    println!("{}", bytes.transcode(from, to)?.inspect());
    Ok(())
}

pub(crate) fn main() -> Result<(), Error> {
    let text = "3µm → 🌻".as_bytes();
    let wide = text.transcode(Utf8, Utf16le)?;
    println!("{}", wide.inspect());
    println!("{}", wide.transcode(Utf16le, Utf8)? == text);
    show(text, Utf8, Latin1)?;
    show(text, Utf8, Ascii)?;
    show(&[0x33, 0xb5], Latin1, Utf8)?;
    show(&[0x33, 0xb5], Ascii, Utf8)?;
    show(&[0x61, 0xc3, 0x28], Utf8, Latin1)
}
