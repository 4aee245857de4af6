//! A small header is written and read back: 1 to 8 bytes, both byte orders, integers and floats.
//!
//! The type stands for the method's name: `read::<u16>(0, Big)` is `readUInt16BE(0)`.

use buffers::Endian::{Big, Little};
use buffers::{Buffer, BufferExt, Encoding};

pub(crate) fn main() -> anyhow::Result<()> {
    let mut header = Buffer::alloc(32);
    let mut end = header.write(0xcafe_u16, 0, Big)?;
    end = header.write(7_u8, end, Big)?;
    end = header.write(-7_i8, end, Big)?;
    end = header.write(3_000_000_000_u32, end, Little)?;
    end = header.write_int(-1_234_567, end, 3, Big)?;
    end = header.write_uint(0x0a_0b0c_0d0e, end, 5, Little)?;
    end = header.write(-9_000_000_000_i64, end, Big)?;
    end = header.write(0.15625_f32, end, Little)?;
    println!("{end} {header:?}");

    let (big, little) = (header.read::<u16>(0, Big)?, header.read::<u16>(0, Little)?);
    println!("{big} {little} {}", header.read::<i8>(3, Big)?);
    let (unsigned, signed) = (
        header.read::<u32>(4, Little)?,
        header.read::<i32>(4, Little)?,
    );
    println!("{unsigned} {signed} {}", header.read::<f32>(24, Little)?);
    let (three, five) = (
        header.read_int(8, 3, Big)?,
        header.read_uint(11, 5, Little)?,
    );
    println!("{three} {five} {}", header.read_int(11, 5, Little)?);
    println!(
        "{} {}",
        header.read::<i64>(16, Big)?,
        header.read::<u64>(16, Little)?
    );

    for number in [0.0, -0.0, 1.0, -2.5, f64::INFINITY, f64::NAN] {
        header.write(number, 0, Big)?;
        println!("{}", Encoding::Hex.to_text(&header[..8])?);
    }
    for number in [1.0 / 3.0, 16_777_217.0] {
        header.write(number as f32, 0, Big)?;
        println!("{}", f64::from(header.read::<f32>(0, Big)?)); // JS shows 64 bits
    }
    for width in 1..=6 {
        header.write_uint((1 << (8 * width)) - 2, 0, width, Big)?;
        println!(
            "{} {}",
            header.read_uint(0, width, Little)?,
            header.read_int(0, width, Big)?
        );
    }
    Ok(())
}
