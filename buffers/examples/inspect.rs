//! `{:?}` prints the first 50 bytes, as `console.log` does; `Inspect` prints more, fewer, or JSON.

use buffers::{Buffer, BufferExt};

pub(crate) fn main() -> anyhow::Result<()> {
    for length in [0, 1, 50, 51, 75] {
        println!("{:?}", Buffer::alloc_filled(length, 0x2a)?);
    }

    let data = Buffer::from("json");
    for max in [0, 3, 4] {
        println!("{}", data.inspect().at_most(max));
    }
    println!("{} {}", data.inspect().json(), [].inspect().json());
    println!("{}", Buffer::from_numbers([104, 105])); // any JSON reader returns the numbers
    Ok(())
}
