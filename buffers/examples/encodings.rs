//! One text through every encoding, both ways, and encodings by name.
//!
//! The `lossy` forms do what Node does. Half a surrogate pair fits into no `String`, but into
//! `u16`.

use buffers::Encoding::{self, Ascii, Hex, Latin1, Utf8, Utf16le};
use buffers::{Inspect, is_ascii, is_utf8};

pub(crate) fn main() -> anyhow::Result<()> {
    for text in ["grape", "naïve", "東京", "🌻"] {
        for encoding in [Utf8, Utf16le, Latin1, Ascii] {
            let bytes = encoding.to_bytes_lossy(text);
            let (length, shown) = (encoding.byte_length(text), Inspect::of(&bytes));
            println!(
                "{encoding} {length} {shown} {}",
                encoding.to_text_lossy(&bytes)
            );
        }
    }

    let bytes = [0x6b, 0x67, 0xfb, 0xac];
    for encoding in Encoding::ALL {
        println!("{encoding} {}", encoding.to_text_lossy(&bytes));
    }

    for name in [
        "UTF-8",
        "ucs2",
        "UCS-2",
        "binary",
        "Base64URL",
        "utf-16",
        "cp437",
        "",
    ] {
        println!("{name} {}", name.parse::<Encoding>().is_ok());
    }
    let (utf8, ascii) = (is_utf8("東".as_bytes()), is_ascii(b"a"));
    println!("{} {} {utf8} {ascii}", is_utf8(&bytes), is_ascii(&bytes));
    println!("{}", Hex.to_text(&Utf8.bytes_from_utf16(&[0xd800, 0x78]))?);
    Ok(())
}
