//! What may follow the last member: nothing, zeros, garbage, or half of something.

use streams::Trailing;

use super::member::Member;
use super::{End, Verdict, verdict};

const TEXT: &[u8] = b"what was said before the end";

fn followed_by(rest: &[u8]) -> Verdict {
    verdict(&[&Member::of(TEXT).bytes(), rest].concat())
}

#[test]
fn nothing_is_fine() {
    let verdict = followed_by(b"");

    assert_eq!(verdict, Verdict::whole(TEXT, 1, Trailing::Nothing));
}

#[test]
fn zeros_are_padding() {
    for zeros in [1, 2, 511, 512, 5_000] {
        let verdict = followed_by(&vec![0; zeros]);

        assert_eq!(
            verdict,
            Verdict::whole(TEXT, 1, Trailing::Zeros),
            "{zeros} zeros"
        );
    }
}

#[test]
fn text_is_ignored_with_a_word() {
    for rest in ["g", "garbage", "\u{1f}garbage", "garbage\0\0\0"] {
        let verdict = followed_by(rest.as_bytes());

        assert_eq!(
            verdict,
            Verdict::whole(TEXT, 1, Trailing::Garbage),
            "{rest:?}"
        );
    }
}

#[test]
fn half_of_the_magic_is_garbage() {
    let verdict = followed_by(&[0x1f]);

    assert_eq!(verdict, Verdict::whole(TEXT, 1, Trailing::Garbage));
}

#[test]
fn half_of_the_magic_and_zeros_is_garbage() {
    let verdict = followed_by(&[0x1f, 0, 0, 0]);

    assert_eq!(verdict, Verdict::whole(TEXT, 1, Trailing::Garbage));
}

#[test]
fn the_bare_magic_is_a_member_cut_short() {
    let verdict = followed_by(&[0x1f, 0x8b]);

    assert_eq!(
        (verdict.output.as_slice(), verdict.end),
        (TEXT, End::Truncated)
    );
}

#[test]
fn a_member_after_zeros_is_not_decoded() {
    let lost = Member::of(b"lost").bytes();

    let verdict = followed_by(&[&[0; 100], lost.as_slice()].concat());

    assert_eq!(verdict, Verdict::whole(TEXT, 1, Trailing::Garbage));
}

#[test]
fn another_member_is_more_of_the_same() {
    let verdict = followed_by(&Member::of(b" and after").bytes());

    let both = [TEXT, b" and after"].concat();
    assert_eq!(verdict, Verdict::whole(&both, 2, Trailing::Nothing));
}

#[test]
fn zeros_after_two_members_are_padding() {
    let second = Member::of(TEXT).bytes();

    let verdict = followed_by(&[&second, &[0; 9][..]].concat());

    assert_eq!(verdict, Verdict::whole(&TEXT.repeat(2), 2, Trailing::Zeros));
}

#[test]
fn a_second_member_with_a_wrong_check_value_is_refused() {
    let mut second = Member::of(b"more");
    second.crc ^= 1;

    let verdict = followed_by(&second.bytes());

    assert!(verdict.is_corrupt(), "{verdict:?}");
    assert!(verdict.output.starts_with(TEXT), "{verdict:?}");
}

#[test]
fn a_second_member_of_an_unknown_method_is_refused() {
    let mut second = Member::of(b"more");
    second.method = 7;

    let verdict = followed_by(&second.bytes());

    assert!(verdict.is_corrupt(), "{verdict:?}");
    assert_eq!(verdict.output, TEXT);
}
