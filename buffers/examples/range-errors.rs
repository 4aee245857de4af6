//! Access outside is an [`Error`] with Node's code and message, and `?` or `match` looks at it.
//!
//! Node throws. What a Rust type excludes, a negative offset or 300 in a byte, cannot be asked.

use buffers::Encoding::{self, Hex, Utf8, Utf16le};
use buffers::Endian::{Big, Little};
use buffers::{BufferExt, Error};

fn show<T>(result: Result<T, Error>) {
    if let Err(error) = result {
        println!("{} {} {error}", error.name(), error.code());
    }
}

pub(crate) fn main() -> anyhow::Result<()> {
    let (mut six, mut two) = ([0; 6], [0; 2]);
    show(six.read::<u8>(6, Big));
    show(six.read::<u32>(3, Big));
    show(six.read::<i64>(0, Little));
    show(six.read_uint(0, 7, Big));
    show(six.read_int(2, 6, Little));
    show(six.write_uint(1 << 24, 0, 3, Little));
    show(six.write_int(1 << 47, 0, 6, Big));
    show(six.write(1_u32, 4, Little));
    show(six.write_text("abc", 7, None, Utf8));
    show(six.fill_range(1, 0..7));
    show(six.fill_range(("q", Hex), ..));
    show(six.copy(7..9, &mut two, 0));
    show(six.compare(0..6, &two, 0..3));
    show(six.swap32());
    show("ebcdic".parse::<Encoding>());
    show(six.transcode(Hex, Utf8));
    show([0xff].transcode(Utf8, Utf16le));
    println!(
        "{} {}",
        six.subarray(0, 99).to_text(Hex)?,
        six.subarray(-99, 99).len()
    );
    Ok(())
}
