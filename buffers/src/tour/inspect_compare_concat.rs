//! What is printed, JSON, ordering, equality and joining.
//!
//! Twin: `golden/10-inspect-compare-concat.mjs`. Ordering and equality of bytes are Rust's own operators.

use std::cmp::Ordering;
use std::io::Write;

use buffers::{Buffer, Encoding, Inspect, compare, concat};

/// Prints buffers of several lengths, their order, and some of them joined.
pub fn inspect_compare_concat(out: &mut dyn Write) -> anyhow::Result<()> {
    let seq = |n: i64| Buffer::from_numbers((0..n).map(|i| i * 5));
    for n in [0, 1, 49, 50, 51, 52, 75] {
        writeln!(out, "{n} {:?}", seq(n))?;
    }
    let short = |n| Inspect::of(&seq(n)).at_most(3).to_string();
    writeln!(out, "{} {} {}", short(3), short(4), short(9))?;
    writeln!(
        out,
        "{} {}",
        Inspect::of(b"json").json(),
        Inspect::of(b"").json()
    )?;
    writeln!(out, "{}", Buffer::from_numbers([106, 115, 111, 110]))?;

    let mut words = ["pear", "fig", "figs", "", "Fig", "\u{e9}clair", "apple"].map(Buffer::from);
    words.sort();
    writeln!(out, "{}", words.map(|word| word.to_string()).join(" < "))?;

    let (a, b, empty) = (
        Buffer::from("mississippi"),
        Buffer::from("missouri"),
        Buffer::alloc(0),
    );
    let part = (compare(&a, 0..4, &b, 0..4)?, compare(&a, 5..7, &b, 2..4)?);
    let orders = [
        a.cmp(&b),
        b.cmp(&a),
        a.cmp(&a.clone()),
        part.0,
        part.1,
        a.cmp(&empty),
        empty.cmp(&a),
    ];
    writeln!(
        out,
        "{}",
        orders
            .map(|order: Ordering| (order as i8).to_string())
            .join(" ")
    )?;
    writeln!(
        out,
        "{} {} {}",
        a == "mississippi",
        a == b,
        a[..4] == b[..4]
    )?;

    let parts = [&b"con"[..], b"cat", b"en", b"ate"];
    let joined = |total: Option<usize>| Encoding::Utf8.to_text_lossy(&concat(parts, total));
    let none: [&[u8]; 0] = [];
    write!(
        out,
        "{} {} {} ",
        joined(None),
        joined(Some(6)),
        Inspect::of(&concat(parts, 13))
    )?;
    writeln!(
        out,
        "{} {}",
        Inspect::of(&concat(none, None)),
        concat(parts, 0).len()
    )?;
    writeln!(out, "{}", Inspect::of(&concat([&[1][..], &[2, 3]], None)))?;
    let last = a.last().map_or(String::new(), u8::to_string);
    writeln!(
        out,
        "{} {last} {} {a} {b}",
        Encoding::Utf8.to_text(&a[4..7])?,
        Encoding::Hex.to_text(&a[..2])?
    )?;
    Ok(())
}
