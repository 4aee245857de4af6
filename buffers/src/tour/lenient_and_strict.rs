//! Bad input: what Node makes of it, and where it is bad.
//!
//! Twin: `golden/03-lenient-and-strict.mjs`. Node has the `lossy` forms alone; there the strict answer takes regular expressions.

use std::io::Write;

use buffers::{Encoding, Error, Inspect};

use super::json_text;

/// Prints both answers for good and bad texts.
pub fn lenient_and_strict(out: &mut dyn Write) -> anyhow::Result<()> {
    let hex = [
        "deadbeef",
        "DEADbeef",
        "deadbee",
        "dead beef",
        "dexdbeef",
        "0xdead",
        "h",
        "",
    ];
    let base64 = [
        "cm9ja2V0",
        "cm9ja2U=",
        "cm9ja2U",
        "cm9j\na2V0\n",
        "cm9j!a2V0",
        "cm9j=a2V0",
        "=cm9j",
        "cm9ja",
        "c",
        "-_-_",
        "+/+/",
        "+_-/",
        "cm9j....",
        "cg==cg==",
    ];
    for (encoding, texts) in [(Encoding::Hex, &hex[..]), (Encoding::Base64, &base64)] {
        for text in texts {
            let strict = match encoding.to_bytes(text) {
                Ok(_) => "ok".to_owned(),
                Err(Error::Invalid { offset, .. }) => format!("bad at {offset}"),
                Err(other) => return Err(other.into()),
            };
            writeln!(
                out,
                "{encoding} {} {} {strict}",
                json_text(text),
                Inspect::of(&encoding.to_bytes_lossy(text))
            )?;
        }
    }
    let both_alphabets =
        Encoding::Base64Url.to_bytes_lossy("+/+/") == Encoding::Base64.to_bytes_lossy("-_-_");
    writeln!(out, "{both_alphabets}")?;

    let sequences = [
        "61ff62", "c3", "c3a9", "e38182", "e381", "e38141", "eda080", "f09fa680", "f09fa6",
        "f09f41", "c0af", "f5908080", "efbbbf78",
    ];
    for sequence in sequences {
        let bytes = Encoding::Hex.to_bytes(sequence)?;
        let verdict = if Encoding::Utf8.to_text(&bytes).is_ok() {
            "clean"
        } else {
            "replaced"
        };
        writeln!(
            out,
            "utf8 {sequence} {} {verdict}",
            json_text(&Encoding::Utf8.to_text_lossy(&bytes))
        )?;
    }
    let high = [0xc1, 0xe2, 0xf3];
    let (ascii, latin1) = (
        Encoding::Ascii.to_text_lossy(&high),
        Encoding::Latin1.to_text_lossy(&high),
    );
    writeln!(
        out,
        "ascii {} latin1 {}",
        json_text(&ascii),
        json_text(&latin1)
    )?;
    writeln!(
        out,
        "utf16le odd {}",
        json_text(&Encoding::Utf16le.to_text_lossy(b"A\0B\0C"))
    )?;
    Ok(())
}
