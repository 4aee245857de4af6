//! Indexing and iteration are those of a Rust slice: an index outside panics, `get` returns `None`.
//!
//! Node stores a number modulo 256 without a word. Here `as u8` says so.

use buffers::Buffer;

pub(crate) fn main() -> anyhow::Result<()> {
    let mut data = Buffer::from("Hello");
    println!("{} {} {}", data.len(), data[0], data[data.len() - 1]);

    data[1] = 0x165_u16 as u8;
    data[2] = -2_i8 as u8;
    data[3] = 108.9 as u8;
    println!("{data:?}");

    if let Some(byte) = data.get_mut(9) {
        *byte = 1; // there is no such byte
    }
    println!("{} {}", data.get(9).is_none(), data.len());

    for (index, byte) in data.iter().enumerate() {
        println!("{index} {byte}");
    }

    let (stars, na) = (
        Buffer::alloc_filled(4, 0x2a)?,
        Buffer::alloc_filled(7, "na")?,
    );
    println!(
        "{:?} {stars:?} {na:?} {:?}",
        Buffer::alloc(4),
        Buffer::alloc(0)
    );
    let (cut, negative) = (
        Buffer::from_numbers([1, 2, 300]),
        Buffer::from_numbers([0, 7, -1]),
    );
    println!("{:?} {cut:?} {negative:?}", Buffer::from([1, 2, 255]));
    Ok(())
}
