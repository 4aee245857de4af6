//! Ordering and equality are Rust's own operators; `compare` takes ranges, `concat` a length.

use buffers::Encoding::{Hex, Utf8};
use buffers::{Buffer, BufferExt, Inspect, concat};

pub(crate) fn main() -> anyhow::Result<()> {
    let mut words = ["pear", "fig", "figs", "", "Fig", "éclair"].map(Buffer::from);
    words.sort();
    for word in words {
        println!("{word}");
    }

    let (a, b) = (Buffer::from("mississippi"), Buffer::from("missouri"));
    println!(
        "{} {} {}",
        a.cmp(&b) as i8,
        b.cmp(&a) as i8,
        a.cmp(&a.clone()) as i8
    );
    let (same, less) = (a.compare(0..4, &b, 0..4)?, a.compare(5..7, &b, 2..4)?);
    println!(
        "{} {} {}",
        same as i8,
        less as i8,
        a.cmp(&Buffer::alloc(0)) as i8
    );
    println!("{} {}", a == b, a[..4] == b[..4]);

    let parts = ["con", "cat"];
    let joined = |length: Option<usize>| Buffer::from(concat(parts, length));
    println!("{} {}", joined(None), joined(Some(4)));
    println!(
        "{:?} {}",
        joined(Some(8)),
        Inspect::of(&concat::<&str>([], None))
    );
    println!("{} {}", a[4..7].to_text(Utf8)?, a[..2].to_text(Hex)?);
    Ok(())
}
