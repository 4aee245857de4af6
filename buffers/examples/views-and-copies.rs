//! A part of a buffer is a borrow: it shares memory, and a copy does not.
//!
//! In Node any number of views may write. Here one may write, or many may read; `split_at_mut`
//! makes two of one.

use buffers::{Buffer, BufferExt, Encoding::Utf8};

pub(crate) fn main() -> anyhow::Result<()> {
    let mut base = Buffer::from("abcdefghij");
    let mut copy = base.clone();
    base[2..6][0] = 0x43;
    base.subarray_mut(-4, None)
        .write_text("ZZ", 1, None, Utf8)?;
    println!("{base} {copy}");

    let cuts = [
        (0, Some(3)),
        (-3, None),
        (3, Some(-3)),
        (-3, Some(-1)),
        (7, Some(2)),
    ];
    for (start, end) in cuts.into_iter().chain([(4, Some(400)), (-400, Some(2))]) {
        println!("{}", base.subarray(start, end).to_text(Utf8)?);
    }
    let (left, right) = base.split_at_mut(5);
    left.fill(b'L');
    right.fill(b'R');
    println!("{base}");

    let mut target = Buffer::alloc_filled(8, ".")?;
    let copied = copy.copy(2..5, &mut target, 1)?;
    println!("{copied} {target}");
    let copied = copy.copy(0..10, &mut target, 6)?;
    println!("{copied} {target}");
    let (outside, empty) = (
        copy.copy(0..10, &mut target, 99)?,
        copy.copy(5..5, &mut target, 0)?,
    );
    println!("{outside} {empty}");

    copy.copy_within(0..6, 3); // overlapping
    println!("{copy}");
    let memory = Buffer::from(258_u16.to_le_bytes());
    println!("{:?} {memory:?}", Buffer::from_numbers([258, 772]));
    Ok(())
}
