//! indexOf, lastIndexOf and includes with bytes, texts, encodings and negative offsets.
//!
//! Twin: `golden/07-search.mjs`. Where Node says -1, `None` says so here.

use std::io::Write;

use buffers::{Encoding, Needle, includes, index_of, last_index_of};

/// Prints where things are found.
pub fn search(out: &mut dyn Write) -> anyhow::Result<()> {
    let b = b"she sells sea shells";
    let first = [
        ("she", None),
        ("she", Some(1)),
        ("she", Some(-6)),
        ("she", Some(-7)),
        ("sells", Some(4)),
        ("sells", Some(5)),
        ("", Some(3)),
        ("", Some(99)),
        ("zebra", None),
    ];
    for (text, offset) in first {
        writeln!(
            out,
            "indexOf({text:?}{}) = {}",
            argument(offset),
            place(index_of(b, text, offset.unwrap_or(0)))
        )?;
    }
    for (number, offset) in [
        (0x73_i32, None),
        (0x73, Some(9)),
        (0x73 + 512, None),
        (-141, None),
    ] {
        writeln!(
            out,
            "indexOf({number}{}) = {}",
            argument(offset),
            place(index_of(b, number as u8, offset.unwrap_or(0)))
        )?;
    }
    let last = [
        ("she", None),
        ("she", Some(13)),
        ("she", Some(12)),
        ("she", Some(-8)),
        ("she", Some(-21)),
        ("", Some(5)),
        ("", None),
        ("s", Some(0)),
        ("e", Some(1)),
    ];
    for (text, offset) in last {
        writeln!(
            out,
            "lastIndexOf({text:?}{}) = {}",
            argument(offset),
            place(last_index_of(b, text, offset))
        )?;
    }
    for offset in [None, Some(-2)] {
        writeln!(
            out,
            "lastIndexOf(115{}) = {}",
            argument(offset),
            place(last_index_of(b, 0x73, offset))
        )?;
    }
    writeln!(
        out,
        "{} {} {} {}",
        includes(b, "sea", 0),
        includes(b, "sea", 11),
        includes(b, &b"lls"[..], 0),
        includes(b, "", 0)
    )?;

    let needles = [
        ("736561", Encoding::Hex),
        ("c2Vh", Encoding::Base64),
        ("sea", Encoding::Latin1),
        ("sea", Encoding::Utf16le),
    ];
    writeln!(
        out,
        "{}",
        needles
            .map(|needle| place(index_of(b, needle, 0)))
            .join(" ")
    )?;
    let wide = Encoding::Utf16le.to_bytes("m\u{f6}m\u{f6}")?;
    let (o, m) = (
        Needle::Text("\u{f6}", Encoding::Utf16le),
        Needle::Text("m", Encoding::Utf16le),
    );
    let found = [
        index_of(&wide, o, 0),
        index_of(&wide, o, 4),
        last_index_of(&wide, m, None),
        last_index_of(&wide, m, -5),
    ];
    writeln!(out, "{}", found.map(place).join(" "))?;
    let u = "m\u{f6}m\u{f6}".as_bytes();
    let found = [
        index_of(u, "\u{f6}", 0),
        last_index_of(u, "\u{f6}", None),
        index_of(u, ("\u{f6}", Encoding::Latin1), 0),
    ];
    writeln!(out, "{}", found.map(place).join(" "))?;

    // Every occurrence, overlapping ones too; and lines, which std splits by itself.
    let (mut n, mut at) = (0, 0);
    while let Some(found) = index_of(b"aaaa", "aa", at) {
        n += 1;
        at = i64::try_from(found)? + 1;
    }
    writeln!(out, "overlapping {n}")?;
    let lines: Vec<String> = b"one\ntwo\n\nfour"
        .split(|&byte| byte == 10)
        .map(|line| format!("{:?}", Encoding::Utf8.to_text_lossy(line)))
        .collect();
    writeln!(out, "[{}]", lines.join(","))?;
    Ok(())
}

fn place(found: Option<usize>) -> String {
    found.map_or("-1".to_owned(), |at| at.to_string())
}

fn argument(offset: Option<i64>) -> String {
    offset.map_or(String::new(), |offset| format!(", {offset}"))
}
