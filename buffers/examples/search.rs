//! `indexOf`, `lastIndexOf` and `includes`, with bytes, texts, encodings and negative offsets.
//!
//! Where Node returns -1, `None` is returned here.

use buffers::Encoding::{Base64, Hex, Utf16le};
use buffers::{BufferExt, Encoding};

fn index(found: Option<usize>) -> i64 {
    found.map_or(-1, |index| index as i64)
}

pub(crate) fn main() -> anyhow::Result<()> {
    let line = b"she sells sea shells";
    let first = |text, offset| index(line.index_of(text, offset));
    println!(
        "{} {} {}",
        first("she", 0),
        first("she", 1),
        first("she", -6)
    );
    println!("{} {} {}", first("sells", 5), first("", 3), first("", 99));
    let byte = |number: i64, offset| index(line.index_of(number as u8, offset));
    println!("{} {} {}", byte(115, 9), byte(627, 0), byte(-141, 0));
    let last = |text, offset| index(line.last_index_of(text, offset));
    println!(
        "{} {} {}",
        last("she", None),
        last("she", Some(13)),
        last("she", Some(-8))
    );
    println!(
        "{} {} {}",
        last("she", Some(-21)),
        last("", Some(5)),
        last("s", None)
    );
    println!(
        "{} {} {}",
        line.includes("sea", 0),
        line.includes("sea", 11),
        line.includes("", 0)
    );
    let coded = |text, encoding: Encoding| index(line.index_of((text, encoding), 0));
    println!("{} {}", coded("736561", Hex), coded("c2Vh", Base64));

    let wide = Utf16le.to_bytes("mömö")?;
    let (ö, m) = (("ö", Utf16le), ("m", Utf16le));
    println!(
        "{} {}",
        index(wide.index_of(ö, 0)),
        index(wide.index_of(ö, 4))
    );
    println!(
        "{} {}",
        index(wide.last_index_of(m, None)),
        index(wide.last_index_of(m, -5))
    );

    println!("{}", line.iter().filter(|&&byte| byte == b's').count());
    for part in line.split(|&byte| byte == b' ') {
        println!("{}", String::from_utf8_lossy(part));
    }
    Ok(())
}
