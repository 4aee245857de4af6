//! `fill` repeats a byte, bytes or a text; `swap16`, `swap32` and `swap64` reverse groups of bytes.

use std::ops::RangeBounds;

use buffers::Encoding::{Base64, Hex, Latin1, Utf16le};
use buffers::{Buffer, BufferExt, Error, Inspect, Pattern, swap16, swap32, swap64};

fn filled<'a>(
    value: impl Into<Pattern<'a>>,
    range: impl RangeBounds<usize>,
) -> Result<Buffer, Error> {
    let mut nine = Buffer::alloc_filled(9, "-")?;
    nine.fill(value, range)?;
    Ok(nine)
}

pub(crate) fn main() -> anyhow::Result<()> {
    println!(
        "{} {} {}",
        filled("xyz", ..)?,
        filled("xy", 2..)?,
        filled("xy", 2..7)?
    );
    println!("{:?} {:?}", filled("ü", ..)?, filled(("ü", Latin1), ..)?);
    let (utf16, hex) = (filled(("ab", Utf16le), ..)?, filled(("beefx", Hex), ..)?);
    println!("{utf16:?} {hex:?} {:?}", filled(("3q0=", Base64), ..)?);
    println!(
        "{:?} {:?} {:?}",
        filled(0x41, ..)?,
        filled(-3_i8 as u8, ..)?,
        filled(&[1, 2], ..)?
    );
    println!("{} {:?}", filled("x", 4..4)?, filled("", 1..3)?);

    for swap in [swap16, swap32, swap64] {
        let mut bytes = [0, 1, 2, 3, 4, 5, 6, 7];
        swap(&mut bytes)?;
        println!("{}", Inspect::of(&bytes));
    }
    let mut text = Utf16le.to_bytes("€1")?;
    text.swap16()?; // big endian
    println!("{}", text.inspect());
    Ok(())
}
