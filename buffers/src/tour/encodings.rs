//! One string through every encoding, both ways, with byte lengths.
//!
//! Twin: `golden/02-encodings.mjs`. Node's `toString` replaces what it cannot say, so these are the `lossy` forms.

use std::io::Write;

use buffers::{Encoding, Inspect, is_ascii, is_utf8};

use super::{json, json_text};

/// Prints texts as bytes and bytes as texts.
pub fn encodings(out: &mut dyn Write) -> anyhow::Result<()> {
    for text in ["grape", "na\u{ef}ve", "\u{6771}\u{4eac}", "\u{1f980} crab"] {
        writeln!(out, "text {}", json_text(text))?;
        for encoding in &Encoding::ALL[..4] {
            let bytes = encoding.to_bytes_lossy(text);
            let (length, back) = (
                encoding.byte_length(text),
                json_text(&encoding.to_text_lossy(&bytes)),
            );
            writeln!(
                out,
                "  {encoding:<9} byteLength={length} {} {back}",
                Inspect::of(&bytes)
            )?;
        }
    }
    let bytes = [0x00, 0x10, 0x7f, 0x80, 0xa9, 0xfb, 0xff];
    for encoding in Encoding::ALL {
        writeln!(out, "{encoding:<9} {}", json(&encoding.to_utf16(&bytes)))?;
    }
    for encoding in [Encoding::Hex, Encoding::Base64, Encoding::Base64Url] {
        let back = encoding.to_bytes(&encoding.to_text(&bytes)?)?;
        writeln!(out, "{encoding} round trip {}", back == bytes)?;
    }
    for name in [
        "utf8",
        "UTF-8",
        "ucs2",
        "UCS-2",
        "utf16le",
        "binary",
        "Base64URL",
        "utf-16",
        "cp437",
        "",
    ] {
        writeln!(
            out,
            "isEncoding({}) {}",
            json_text(name),
            name.parse::<Encoding>().is_ok()
        )?;
    }
    writeln!(
        out,
        "{} {} {} {}",
        is_utf8(&bytes),
        is_ascii(&bytes),
        is_utf8("\u{6771}".as_bytes()),
        is_ascii(b"grape")
    )?;
    // Half a surrogate pair: a JS string may hold one, a Rust string may not, a slice of units may.
    let (front, back) = (
        Encoding::Utf8.bytes_from_utf16(&[0xd800, 0x78]),
        Encoding::Utf8.bytes_from_utf16(&[0x78, 0xdc00]),
    );
    writeln!(out, "{} {}", Encoding::Hex.to_text(&front)?, back.len())?;
    Ok(())
}
