//! The classic opening: a buffer prints as hex, is indexable, and can be changed.
//!
//! Twin: `golden/01-hello.mjs`. Storing `0x165` in a byte is a choice here (`as u8`); outside, `get` says so.

use std::io::Write;

use buffers::{Buffer, Encoding};

/// Prints a buffer before and after changes.
pub fn hello(out: &mut dyn Write) -> anyhow::Result<()> {
    let mut data = Buffer::from("Hello");
    writeln!(out, "{data:?}")?;
    writeln!(
        out,
        "length={} first=0x{:x} last={}",
        data.len(),
        data[0],
        data[data.len() - 1]
    )?;
    data[0] = 0x68;
    writeln!(out, "{data:?} {data}")?;
    (data[1], data[2], data[3]) = (0x165_u16 as u8, -2_i8 as u8, 108.9_f64 as i64 as u8);
    writeln!(out, "{data:?}")?;
    if let Some(outside) = data.get_mut(9) {
        *outside = 1;
    }
    let outside = data.get(9).map_or("undefined".to_owned(), u8::to_string);
    writeln!(out, "data[9]={outside} length={}", data.len())?;
    let numbers: Vec<String> = data.iter().map(u8::to_string).collect();
    writeln!(out, "{}", numbers.join(","))?;
    for (i, byte) in data.iter().enumerate() {
        writeln!(out, "{i}: {byte:08b}")?;
    }
    let (stars, nana) = (
        Buffer::alloc_filled(4, 0x2a)?,
        Buffer::alloc_filled(7, ("na", Encoding::Utf8))?,
    );
    writeln!(
        out,
        "{:?} {stars:?} {nana:?} {:?}",
        Buffer::alloc(4),
        Buffer::alloc(0)
    )?;
    writeln!(
        out,
        "{:?} {:?}",
        Buffer::from_numbers([1, 2, 300]),
        Buffer::from_numbers([0, 7, 0, -1])
    )?;
    Ok(())
}
