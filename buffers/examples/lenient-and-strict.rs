//! Bad input: what Node makes of it, and the strict answer, which names the first bad offset.
//!
//! Node has the `lossy` forms alone. There, the strict answer takes a regular expression.

use buffers::Encoding::{Ascii, Base64, Base64Url, Hex, Latin1, Utf8, Utf16le};
use buffers::{Encoding, Inspect};

fn show(encoding: Encoding, text: &str) {
    let bad = encoding
        .to_bytes(text)
        .map_or_else(|error| error.offset(), |_| None);
    let bad = bad.map_or(-1, |offset| offset as i64);
    println!("{} {bad}", Inspect::of(&encoding.to_bytes_lossy(text)));
}

pub(crate) fn main() -> anyhow::Result<()> {
    for text in [
        "deadbeef",
        "DEADbeef",
        "dead beef",
        "dexdbeef",
        "0xde",
        "h",
        "",
    ] {
        show(Hex, text);
    }

    for text in [
        "cm9ja2V0",
        "cm9j\na2V0\n",
        "cm9j!a2V0",
        "cm9j=a2V0",
        "-_-_",
        "+_-/",
    ] {
        show(Base64, text);
    }
    let (either, cut) = (
        Base64Url.to_bytes_lossy("+/+/"),
        Base64.to_bytes_lossy("cm9ja"),
    );
    println!("{} {}", Inspect::of(&either), Inspect::of(&cut));

    for hex in [
        "61ff62", "c3a9", "e38141", "eda080", "f09fa680", "f09fa6", "c0af",
    ] {
        let bytes = Hex.to_bytes(hex)?;
        println!(
            "{} {}",
            Utf8.to_text_lossy(&bytes),
            Utf8.to_text(&bytes).is_ok()
        );
    }
    let bytes = [0xc1, 0xe2, 0xf3];
    println!(
        "{} {}",
        Ascii.to_text_lossy(&bytes),
        Latin1.to_text_lossy(&bytes)
    );
    println!("{}", Utf16le.to_text_lossy(b"A\0B\0C"));
    Ok(())
}
