//! Deflate data that no compressor writes, and check values that do not match.

use streams::Decoder;
use streams::Format;

use super::member::Member;
use super::{Verdict, verdict};

const TEXT: &[u8] = b"to be, or not to be, that is the question";

/// A member whose body is `body`, with check values for `claimed`.
fn with_body(body: &[u8], claimed: &[u8]) -> Verdict {
    let mut member = Member::of(claimed);
    member.body = body.to_vec();
    verdict(&member.bytes())
}

#[test]
fn a_wrong_crc_is_refused() {
    let mut member = Member::of(TEXT);
    member.crc ^= 1 << 31;

    let verdict = verdict(&member.bytes());

    assert!(verdict.is_corrupt(), "{verdict:?}");
}

#[test]
fn a_wrong_length_is_refused() {
    let mut member = Member::of(TEXT);
    member.length += 1;

    let verdict = verdict(&member.bytes());

    assert!(verdict.is_corrupt(), "{verdict:?}");
}

#[test]
fn a_distance_before_the_start_invents_nothing() {
    // A match of length 3: after nothing at distance 1, and after one "a" at distance 5.
    let (after_nothing, after_one) = ([0x03, 0x02, 0x00], [0x4b, 0x04, 0x12, 0x00]);

    let nothing = with_body(&after_nothing, b"\0\0\0");
    let one = with_body(&after_one, b"a\0\0\0");

    assert!(
        nothing.is_corrupt() && one.is_corrupt(),
        "{nothing:?} {one:?}"
    );
    assert_eq!(nothing.output, b"");
    assert!(b"a".starts_with(&one.output), "{one:?}");
}

#[test]
fn a_distance_into_the_member_before_invents_nothing() {
    let mut second = Member::of(b"toto");
    second.body = vec![0x03, 0x02, 0x00];

    let verdict = verdict(&[Member::of(TEXT).bytes(), second.bytes()].concat());

    assert!(verdict.is_corrupt(), "{verdict:?}");
    assert_eq!(verdict.output, TEXT);
}

#[test]
fn block_type_3_is_refused() {
    let verdict = with_body(&[0x07], b"");

    assert!(verdict.is_corrupt(), "{verdict:?}");
}

#[test]
fn a_stored_length_and_its_complement_must_match() {
    let verdict = with_body(&[0x01, 4, 0, 0xfb, 0xfe, b'f', b'o', b'u', b'r'], b"four");

    assert!(verdict.is_corrupt(), "{verdict:?}");
    assert!(verdict.output.is_empty());
}

#[test]
fn codes_that_have_no_meaning_are_refused() {
    // Length codes 286 and 287, distance code 30, in a block of fixed codes.
    for body in [&[0x1b, 0x03][..], &[0x1b, 0x07], &[0x4b, 0x04, 0x3e, 0x00]] {
        let verdict = with_body(body, b"a");

        assert!(verdict.is_corrupt(), "{body:x?}: {verdict:?}");
    }
}

#[test]
fn sets_of_codes_that_make_no_tree_are_refused() {
    let sets: [(&str, &[u8]); 7] = [
        ("too many codes", &[0xfc, 0, 0]),
        ("over-subscribed code lengths", &[4, 0, 0xfe, 0xff]),
        ("a repeat of nothing", &[4, 0, 0x24, 0x49, 0]),
        ("a repeat beyond the end", &[4, 0, 0x24, 0xe9, 0xff, 0xff]),
        ("no end of block", &[4, 0, 0x24, 0xe9, 0xff, 0x6d]),
        (
            "literals incomplete",
            &[
                4, 0x80, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x71, 0xff, 0xff, 0x93, 0x11, 0,
            ],
        ),
        (
            "distances over-subscribed",
            &[
                4, 0x80, 0x49, 0x92, 0x24, 0x49, 0x92, 0x24, 0x0f, 0xb4, 0xff, 0xff, 0xc3, 0x84,
            ],
        ),
    ];
    for (what, body) in sets {
        let verdict = with_body(body, b"");

        assert!(verdict.is_corrupt(), "{what}: {verdict:?}");
        assert!(verdict.output.is_empty(), "{what}");
    }
}

#[test]
fn the_reason_speaks_of_the_data_and_not_of_the_decoder() {
    // Enough input behind the bad distance that the decoder takes its fast path.
    let mut file = bytes::Bytes::from([vec![0x03, 0x02, 0x00], vec![0; 1_000]].concat());

    let outcome = Decoder::new(Format::Raw).decode(&mut file, &mut Vec::with_capacity(1_000));

    let error = outcome.unwrap_err().to_string();
    assert!(error.starts_with("invalid "), "{error}");
}

#[test]
fn a_body_that_ends_early_does_not_match_its_check_value() {
    let verdict = with_body(&[0x03, 0x00], TEXT);

    assert!(verdict.is_corrupt(), "{verdict:?}");
    assert!(verdict.output.is_empty());
}
