//! fill repeats a pattern, swapN reverses groups, transcode goes from bytes to bytes.
//!
//! Twin: `golden/08-fill-swap-transcode.mjs`.

use std::io::Write;
use std::ops::RangeBounds;

use buffers::Encoding::{Ascii, Base64, Hex, Latin1, Utf8, Utf16le};
use buffers::{Buffer, Encoding, Error, Fill, Inspect, swap16, swap32, swap64, transcode};

/// Prints patterns, groups and texts in other encodings.
pub fn fill_swap_transcode(out: &mut dyn Write) -> anyhow::Result<()> {
    let zeros = filled("", 1..3)?.to_text_lossy(Latin1).replace('\0', "0");
    writeln!(
        out,
        "{} {} {} {zeros}",
        filled("xyz", ..)?,
        filled("xy", 2..)?,
        filled("xy", 2..7)?
    )?;
    let texts = [
        ("\u{fc}", Utf8),
        ("\u{fc}", Latin1),
        ("ab", Utf16le),
        ("beef", Hex),
        ("beefx", Hex),
        ("3q0=", Base64),
    ];
    let shown: Vec<String> = texts
        .iter()
        .map(|&text| Ok(format!("{:?}", filled(text, ..)?)))
        .collect::<Result<_, Error>>()?;
    writeln!(out, "{}", shown.join(" "))?;
    let bytes = (filled(&[1, 2][..], ..)?, filled(&[9, 8, 7, 6][..], ..)?);
    writeln!(
        out,
        "{:?} {:?} {:?} {:?}",
        filled(0x141_u16 as u8, ..)?,
        filled(-3_i8 as u8, ..)?,
        bytes.0,
        bytes.1
    )?;
    let (start, end) = (6, 3); // fills nothing
    writeln!(out, "{} {}", filled("x", 4..4)?, filled("x", start..end)?)?;

    let s: Vec<u8> = (0..16).collect();
    for swap in [swap16, swap32, swap64] {
        let mut copy = s.clone();
        swap(&mut copy)?;
        writeln!(out, "{}", Hex.to_text(&copy)?)?;
    }
    let mut big_endian = Utf16le.to_bytes("\u{20ac}1")?;
    swap16(&mut big_endian)?;
    writeln!(out, "{}", Inspect::of(&big_endian))?;

    let text = "3\u{b5}m \u{2192} \u{1f4cf}";
    let conversions: [(&str, Vec<u8>, Encoding, Encoding); 8] = [
        ("utf8>utf16le", text.into(), Utf8, Utf16le),
        ("utf8>latin1", text.into(), Utf8, Latin1),
        ("utf8>ascii", text.into(), Utf8, Ascii),
        ("utf16le>utf8", Utf16le.to_bytes(text)?, Utf16le, Utf8),
        ("latin1>utf8", Latin1.to_bytes("3\u{b5}m")?, Latin1, Utf8),
        (
            "binary>ucs2",
            Latin1.to_bytes("3\u{b5}m")?,
            "binary".parse()?,
            "ucs2".parse()?,
        ),
        ("ascii>utf8", vec![0x33, 0xb5], Ascii, Utf8),
        ("utf8>latin1", vec![0x61, 0xc3, 0x28], Utf8, Latin1),
    ];
    for (label, source, from, to) in conversions {
        writeln!(
            out,
            "{label} {}",
            Inspect::of(&transcode(&source, from, to)?)
        )?;
    }
    Ok(())
}

/// Nine dashes with a part filled.
fn filled<'a>(value: impl Into<Fill<'a>>, range: impl RangeBounds<usize>) -> Result<Buffer, Error> {
    let mut buffer = Buffer::alloc_filled(9, b'-')?;
    buffer.fill(value, range)?;
    Ok(buffer)
}
