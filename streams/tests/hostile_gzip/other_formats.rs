//! zlib and raw deflate: one stream, so what follows it is never another member.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use streams::Format;
use streams::Trailing;

use super::member::Member;
use super::{End, Verdict, verdict_as};

const TEXT: &[u8] = b"neither here nor there, neither now nor then";

fn zlib() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(TEXT).unwrap();
    encoder.finish().unwrap()
}

fn raw() -> Vec<u8> {
    Member::of(TEXT).body
}

fn both() -> [(Format, Vec<u8>); 2] {
    [(Format::Zlib, zlib()), (Format::Raw, raw())]
}

#[test]
fn every_true_prefix_is_cut_short() {
    for (format, file) in both() {
        for cut in 0..file.len() {
            let verdict = verdict_as(format, &file[..cut]);

            assert_eq!(verdict.end, End::Truncated, "{format:?}, {cut} bytes");
            assert!(TEXT.starts_with(&verdict.output), "{format:?}, {cut} bytes");
        }
    }
}

#[test]
fn zeros_after_the_end_are_padding() {
    for (format, file) in both() {
        let verdict = verdict_as(format, &[file, vec![0; 700]].concat());

        assert_eq!(
            verdict,
            Verdict::whole(TEXT, 1, Trailing::Zeros),
            "{format:?}"
        );
    }
}

#[test]
fn anything_else_after_the_end_is_ignored_with_a_word() {
    for (format, file) in both() {
        for rest in [&b"x"[..], &[0, 0, 1], &file] {
            let verdict = verdict_as(format, &[&file, rest].concat());

            let expected = Verdict::whole(TEXT, 1, Trailing::Garbage);
            assert_eq!(verdict, expected, "{format:?}, {rest:x?}");
        }
    }
}

#[test]
fn no_flipped_bit_of_zlib_yields_wrong_data() {
    let file = zlib();

    for position in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[position] ^= 1 << bit;
            let verdict = verdict_as(Format::Zlib, &flipped);

            if matches!(verdict.end, End::Whole { .. }) {
                assert_eq!(verdict.output, TEXT, "bit {bit} of byte {position}");
            }
        }
    }
}

#[test]
fn a_dictionary_that_nobody_has_is_refused() {
    // Flag 5 of the second byte: a preset dictionary with this Adler-32 is needed.
    let header = [0x78, 0xbb, 1, 2, 3, 4];

    let verdict = verdict_as(Format::Zlib, &[&header, raw().as_slice()].concat());

    assert!(verdict.is_corrupt(), "{verdict:?}");
    assert!(verdict.output.is_empty());
}

#[test]
fn raw_deflate_with_a_flipped_bit_ends_somehow() {
    let file = raw();

    for position in 0..file.len() {
        for bit in 0..8 {
            let mut flipped = file.clone();
            flipped[position] ^= 1 << bit;

            // Without a check value damage may go unseen, but it is the same damage for every chunking.
            verdict_as(Format::Raw, &flipped);
        }
    }
}
