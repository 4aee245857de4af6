//! A buffer holds bytes, prints them as hex, and can be changed in place.
//!
//! `{:?}` prints what `console.log` prints, `{}` what `toString()` returns.

use buffers::Buffer;

pub(crate) fn main() {
    let mut data = Buffer::from("Hello");
    println!("{data:?}");

    data[0] = 0x68; // h
    println!("{data:?}");
    println!("{data}");
}
