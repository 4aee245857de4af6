//! `StringDecoder` never splits a character, whatever the chunk boundaries.
//!
//! Twin: `golden/09-string-decoder.mjs`. `write` gives a `String`; `write_utf16` is Node's to the unit, half
//! surrogate pairs among them, and is what is shown here.

use std::io::Write;

use buffers::{Encoding, StringDecoder};

use super::{json, json_text};

/// Prints what each chunk yields and what is held back.
pub fn string_decoder(out: &mut dyn Write) -> anyhow::Result<()> {
    let t = "\u{20b9}\u{1f33b}k".as_bytes();
    run(out, Encoding::Utf8, &[&t[..1], &t[1..]])?;
    run(out, Encoding::Utf8, &[&t[..2], &t[2..4], &t[4..]])?;
    run(out, Encoding::Utf8, &[&t[..3], &t[3..5], &t[5..6], &t[6..]])?;
    run(out, Encoding::Utf8, &[&[0xe2, 0x82]])?;
    run(out, Encoding::Utf8, &[&[0x6b, 0xf0, 0x9f], &[0x6b]])?;
    run(out, Encoding::Utf8, &[&[0xc3], &[0xc3], &[0xb1]])?;
    run(
        out,
        Encoding::Utf8,
        &[&[0xff, 0x80], &[0x80, 0xed, 0xa0], &[0x80]],
    )?;
    run(
        out,
        Encoding::Utf16le,
        &[&[0x6b], &[0x00, 0x3c, 0xd8], &[0x3b, 0xdf]],
    )?;
    run(out, Encoding::Utf16le, &[&[0x6b, 0x00, 0x3c, 0xd8]])?;
    run(out, Encoding::Base64, &[b"s", b"un", b"flower"])?;
    run(out, Encoding::Base64Url, &[&[0xfb, 0xff], &[0xfe, 0xfb]])?;
    run(out, Encoding::Hex, &[b"su", b"n"])?;
    run(out, Encoding::Latin1, &[&[0xe9], &[0x41]])?;

    let mut decoder = StringDecoder::new(Encoding::Utf8);
    let mut all = decoder.write(&[0xe2]) + &decoder.write(&[0x82, 0xb9]) + &decoder.end();
    all += &(decoder.write(b"again") + &decoder.end());
    writeln!(out, "{}", json_text(&all))?;
    let hello = "\u{437}\u{434}\u{440}\u{430}\u{432}\u{435}\u{439} \u{1f44b}";
    let bytewise: String = hello.bytes().map(|byte| decoder.write(&[byte])).collect();
    writeln!(out, "{} {}", json_text(&bytewise), bytewise == hello)?;
    Ok(())
}

fn run(out: &mut dyn Write, encoding: Encoding, chunks: &[&[u8]]) -> anyhow::Result<()> {
    let mut decoder = StringDecoder::new(encoding);
    let shown: Vec<String> = chunks
        .iter()
        .map(|chunk| Encoding::Hex.to_text_lossy(chunk))
        .collect();
    writeln!(out, "{encoding} {}", shown.join("|"))?;
    for chunk in chunks {
        let units = decoder.write_utf16(chunk);
        writeln!(
            out,
            "  write {} need={} total={}",
            json(&units),
            decoder.missing(),
            decoder.total()
        )?;
    }
    writeln!(out, "  end   {}", json(&decoder.end_utf16()))?;
    Ok(())
}
