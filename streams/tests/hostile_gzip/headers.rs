//! Headers that are wrong, and headers that are only large.

use flate2::Crc;
use streams::Format;
use streams::Trailing;

use super::member::Member;
use super::{End, Verdict, many, verdict, verdict_as};

const TEXT: &[u8] = b"the text behind the header";

const HEADER_CHECK: u8 = 1;
const EXTRA: u8 = 2;
const NAME: u8 = 3;
const COMMENT: u8 = 4;

/// The member with the check value of its header, `wrong` of whose bits are flipped.
fn with_header_check(member: &Member, wrong: u16) -> Member {
    let mut announced = member.clone().with_field(HEADER_CHECK, &[]);
    let header_bytes = 10 + announced.fields.len();
    let mut crc = Crc::new();
    crc.update(&announced.bytes()[..header_bytes]);
    let check = u16::try_from(crc.sum() & 0xffff).unwrap() ^ wrong;
    announced.fields.extend(check.to_le_bytes());
    announced
}

#[test]
fn an_empty_file_is_cut_short() {
    assert_eq!(verdict(b"").end, End::Truncated);
}

#[test]
fn something_else_than_the_magic_is_another_format() {
    for magic in [[0, 0], [0x1f, 0], [0, 0x8b], [0x1f, 0x9d], *b"PK"] {
        let mut member = Member::of(TEXT);
        member.magic = magic;

        let verdict = verdict(&member.bytes());

        assert_eq!((verdict.output.len(), verdict.end), (0, End::WrongFormat));
    }
}

#[test]
fn zlib_and_raw_deflate_are_not_gzip() {
    let raw = Member::of(TEXT).body;
    let zlib = [&[0x78, 0x9c], raw.as_slice(), &[0; 4]].concat();

    for file in [raw, zlib] {
        assert_eq!(verdict(&file).end, End::WrongFormat);
    }
}

#[test]
fn an_unknown_method_is_refused() {
    for method in [0, 7, 9, 0xff] {
        let mut member = Member::of(TEXT);
        member.method = method;

        let verdict = verdict(&member.bytes());

        assert!(verdict.is_corrupt(), "method {method}: {verdict:?}");
        assert!(verdict.output.is_empty());
    }
}

#[test]
fn reserved_flags_are_refused() {
    for bit in 5..8 {
        let member = Member::of(TEXT).with_field(bit, &[]);

        let verdict = verdict(&member.bytes());

        assert!(verdict.is_corrupt(), "flag {bit}: {verdict:?}");
        assert!(verdict.output.is_empty());
    }
}

#[test]
fn the_check_value_of_the_header_is_checked() {
    let named = Member::of(TEXT).with_field(NAME, b"notes.txt\0");

    let right = verdict(&with_header_check(&named, 0).bytes());
    let wrong = verdict(&with_header_check(&named, 0x0100).bytes());

    assert_eq!(right, Verdict::whole(TEXT, 1, Trailing::Nothing));
    assert!(wrong.is_corrupt(), "{wrong:?}");
    assert!(wrong.output.is_empty());
}

#[test]
fn a_header_may_have_everything_at_once() {
    let member = Member::of(TEXT)
        .with_field(EXTRA, &[2, 0, b'x', b'y'])
        .with_field(NAME, b"a name\0")
        .with_field(COMMENT, b"a comment\0")
        .with_field(0, &[]);
    let file = with_header_check(&member, 0).bytes();

    assert_eq!(verdict(&file), Verdict::whole(TEXT, 1, Trailing::Nothing));
}

#[test]
fn names_and_comments_longer_than_any_chunk_are_read_over() {
    let long = [vec![b'n'; many(2 * 1024 * 1024)], vec![0]].concat();

    for bit in [NAME, COMMENT] {
        let file = Member::of(TEXT).with_field(bit, &long).bytes();

        assert_eq!(
            verdict(&file),
            Verdict::whole(TEXT, 1, Trailing::Nothing),
            "flag {bit}"
        );
    }
}

#[test]
fn the_largest_extra_field_is_read_over() {
    let largest = [vec![0xff; 2], vec![b'x'; 0xffff]].concat();
    let file = Member::of(TEXT).with_field(EXTRA, &largest).bytes();

    assert_eq!(verdict(&file), Verdict::whole(TEXT, 1, Trailing::Nothing));
}

#[test]
fn an_extra_field_beyond_the_end_is_cut_short() {
    let file = Member::of(TEXT).with_field(EXTRA, &[0xff, 0xff]).bytes();

    let verdict = verdict(&file);

    assert_eq!((verdict.output.len(), verdict.end), (0, End::Truncated));
}

#[test]
fn a_name_without_its_nul_is_cut_short() {
    let endless = [b'n'; 500];
    for bit in [NAME, COMMENT] {
        let mut member = Member::of(b"").with_field(bit, &endless);
        // Nothing behind the name that could have a NUL in it.
        member.body.clear();
        (member.crc, member.length) = (u32::MAX, u32::MAX);

        let verdict = verdict(&member.bytes());

        assert_eq!((verdict.output.len(), verdict.end), (0, End::Truncated));
    }
}

#[test]
fn a_zlib_header_with_a_wrong_sum_method_or_window_is_refused() {
    let body = Member::of(TEXT).body;

    // The sum over both bytes must divide by 31: 78 9c is right, and so are 77 09 (method 7) and 88 1c (64 KiB).
    for header in [[0x78, 0x9d], [0x77, 0x09], [0x88, 0x1c]] {
        let verdict = verdict_as(Format::Zlib, &[&header, body.as_slice()].concat());

        assert!(verdict.is_corrupt(), "{header:x?}: {verdict:?}");
        assert!(verdict.output.is_empty());
    }
}
