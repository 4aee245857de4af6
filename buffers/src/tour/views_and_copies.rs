//! Views share memory, copies do not.
//!
//! Twin: `golden/06-views-and-copies.mjs`. In Node any number of views may write; here one may, or many may read.

use std::io::Write;

use buffers::{Buffer, Encoding, copy, range};

/// Prints what a change through a view does to the others.
pub fn views_and_copies(out: &mut dyn Write) -> anyhow::Result<()> {
    let mut base = Buffer::from("abcdefghij");
    let original = base.clone();
    let len = base.len();
    let (view, alias) = (range(len, 2, 6), range(len, -4, None));
    base[view.clone()][0] = 0x43;
    buffers::write_text(&mut base[alias.clone()], "ZZ", 1, None, Encoding::Utf8)?;
    let text = |bytes: &[u8]| Encoding::Utf8.to_text_lossy(bytes);
    writeln!(
        out,
        "{base} {} {} {original}",
        text(&base[view]),
        text(&base[alias])
    )?;

    let cuts = [
        (0, Some(3)),
        (-3, None),
        (3, Some(-3)),
        (-3, Some(-1)),
        (7, Some(2)),
        (4, Some(400)),
        (-400, Some(2)),
    ];
    for (start, end) in cuts {
        let shown = end.map_or(String::new(), |end| format!(",{end}"));
        writeln!(
            out,
            "subarray({start}{shown}) {}",
            text(&base[range(len, start, end)])
        )?;
    }
    // Two views that may both write: the compiler wants to see that they do not overlap.
    let (left, right) = base.split_at_mut(5);
    left.fill(b'L');
    right.fill(b'R');
    writeln!(out, "{base}")?;

    let mut t = Buffer::alloc_filled(8, b'.')?;
    write!(out, "{} ", copy(&original, 2..5, &mut t, 1)?)?;
    write!(out, "{t} {} ", copy(&original, 0..10, &mut t.clone(), 6)?)?;
    copy(&original, 0..10, &mut t, 6)?;
    writeln!(
        out,
        "{t} {} {}",
        copy(&original, 0..10, &mut t.clone(), 99)?,
        copy(&original, 5..5, &mut t.clone(), 0)?
    )?;
    let mut overlapping = Buffer::from("0123456789");
    overlapping.copy_within(0..6, 3);
    writeln!(out, "{overlapping}")?;
    let mut overlapping = Buffer::from("0123456789");
    overlapping.copy_within(4.., 0);
    writeln!(out, "{overlapping}")?;
    let (numbers, memory) = ([258_u16, 772], [258_u16, 772].map(u16::to_le_bytes));
    writeln!(
        out,
        "{:?} {:?}",
        Buffer::from_numbers(numbers.map(i64::from)),
        Buffer::from(memory.as_flattened())
    )?;
    Ok(())
}
