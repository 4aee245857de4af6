//! A small wire header written and read back in both byte orders, 1 to 8 bytes, ints and floats.
//!
//! Twin: `golden/04-numbers.mjs`. The type stands for the method's name: `read::<u16>(.., Big)` is `readUInt16BE`.

use std::io::Write;

use buffers::Endian::{Big, Little};
use buffers::{Buffer, Encoding, Inspect, read, read_int, read_uint, write, write_int, write_uint};

/// Prints numbers as bytes and bytes as numbers.
pub fn numbers(out: &mut dyn Write) -> anyhow::Result<()> {
    let mut h = Buffer::alloc(32);
    let mut at = write(&mut h, 0xcafe_u16, 0, Big)?;
    at = write(&mut h, 7_u8, at, Big)?;
    at = write(&mut h, -7_i8, at, Big)?;
    at = write(&mut h, 3_000_000_000_u32, at, Little)?;
    at = write_int(&mut h, -1_234_567, at, 3, Big)?;
    at = write_uint(&mut h, 0x0a_0b0c_0d0e, at, 5, Little)?;
    at = write(&mut h, -9_000_000_000_i64, at, Big)?;
    at = write(&mut h, 0.15625_f32, at, Little)?;
    writeln!(out, "written {at} {h:?}")?;

    writeln!(
        out,
        "{} {} {} {}",
        read::<u16>(&h, 0, Big)?,
        read::<u16>(&h, 0, Little)?,
        read::<u8>(&h, 2, Big)?,
        read::<i8>(&h, 3, Big)?
    )?;
    writeln!(
        out,
        "{} {} {}",
        read::<u32>(&h, 4, Little)?,
        read::<u32>(&h, 4, Big)?,
        read::<i32>(&h, 4, Little)?
    )?;
    writeln!(
        out,
        "{} {} {}",
        read_int(&h, 8, 3, Big)?,
        read_uint(&h, 11, 5, Little)?,
        read_int(&h, 11, 5, Little)?
    )?;
    writeln!(
        out,
        "{} {} {}",
        read::<i64>(&h, 16, Big)?,
        read::<u64>(&h, 16, Big)?,
        read::<u64>(&h, 16, Little)?
    )?;
    writeln!(out, "{}", read::<f32>(&h, 24, Little)?)?;

    let mut d = [0; 8];
    for (name, value) in [
        ("0", 0.0),
        ("-0", -0.0),
        ("1", 1.0),
        ("-2.5", -2.5),
        ("Infinity", f64::INFINITY),
        ("NaN", f64::NAN),
    ] {
        write(&mut d, value, 0, Big)?;
        writeln!(out, "{name} {}", Encoding::Hex.to_text(&d)?)?;
    }
    for n in 1..=6 {
        let mut b = vec![0; n];
        write_uint(&mut b, (1 << (8 * n)) - 2, 0, n, Big)?;
        write!(
            out,
            "{n} {} {} {} ",
            Inspect::of(&b),
            read_uint(&b, 0, n, Big)?,
            read_int(&b, 0, n, Big)?
        )?;
        writeln!(
            out,
            "{} {}",
            read_uint(&b, 0, n, Little)?,
            read_int(&b, 0, n, Little)?
        )?;
    }
    let mut f = [0; 4];
    for value in [1.0 / 3.0, 16_777_217.0, 1e39] {
        write(&mut f, value as f32, 0, Big)?;
        // JS has no 32-bit numbers: it shows the wider one.
        let wide = f64::from(read::<f32>(&f, 0, Big)?);
        let shown = if wide.is_infinite() {
            "Infinity".to_owned()
        } else {
            wide.to_string()
        };
        writeln!(out, "{} {shown}", Encoding::Hex.to_text(&f)?)?;
    }
    Ok(())
}
