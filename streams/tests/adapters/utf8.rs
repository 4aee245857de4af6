//! Characters across chunks: strict as `str::from_utf8`, lossy as `String::from_utf8_lossy`.

use streams::{Error, Utf8};

use super::random::random_bytes;
use super::{every_chunking, seeds, through};

/// Two, three and four bytes a character; combining marks; a family that is one glyph; right to left.
const SAMPLES: [&str; 7] = [
    "",
    "plain",
    "Grüße, żółć",
    "日本語のテキスト",
    "🦀🎉👩‍👩‍👧‍👦",
    "e\u{301}o\u{308}\u{304} x\u{20d7}",
    "\u{0}\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}\u{feff}שלום",
];

/// Each breaks a rule of its own.
const BAD: [&[u8]; 14] = [
    b"\xff",
    b"ok\xffok",
    b"a\x80b",
    b"\xc0\xaf",
    b"\xc3(",
    b"\xe2\x82",
    b"\xe2\x82A",
    b"\xe2\x28\xa1",
    b"\xed\xa0\x80 surrogate",
    b"\xf0\x9f\xa6",
    b"\xf0\x9f\xa6\xf0\x9f\xa6\x80",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80\x80",
    "half an ü at the end: \u{fc}"
        .as_bytes()
        .split_last()
        .unwrap()
        .1,
];

fn lossy(pieces: &[&[u8]]) -> String {
    let (texts, error) = through(Utf8::lossy(), pieces);
    assert!(error.is_none(), "{error:?}");
    texts.concat()
}

/// The text before the first bad byte, and its offset.
fn strict(pieces: &[&[u8]]) -> (String, Option<u64>) {
    let (texts, error) = through(Utf8::strict(), pieces);
    let offset = error.map(|error| match error {
        Error::InvalidUtf8 { offset } => offset,
        other => panic!("{other:?}"),
    });
    (texts.concat(), offset)
}

#[test]
fn good_text_comes_out_as_it_is() {
    for sample in SAMPLES {
        for pieces in every_chunking(sample.as_bytes()) {
            assert_eq!(strict(&pieces), (sample.to_owned(), None), "{pieces:x?}");
            assert_eq!(lossy(&pieces), sample, "{pieces:x?}");
        }
    }
}

#[test]
fn a_strict_decoder_stops_where_from_utf8_does() {
    for bad in BAD {
        let valid = str::from_utf8(bad).unwrap_err().valid_up_to();
        let text = str::from_utf8(&bad[..valid]).unwrap();

        for pieces in every_chunking(bad) {
            let expected = (text.to_owned(), Some(valid as u64));
            assert_eq!(strict(&pieces), expected, "{pieces:x?}");
        }
    }
}

#[test]
fn a_lossy_decoder_replaces_what_from_utf8_lossy_does() {
    for bad in BAD {
        for pieces in every_chunking(bad) {
            assert_eq!(lossy(&pieces), String::from_utf8_lossy(bad), "{pieces:x?}");
        }
    }
}

#[test]
fn noise_is_decoded_as_the_whole_would_be() {
    for seed in 1..=seeds() {
        // Bytes from 0x80 on twice as often, so that long sequences begin, and break.
        let noise: Vec<u8> = random_bytes(seed, 60)
            .into_iter()
            .map(|byte| {
                if byte % 3 == 0 {
                    byte & 0x7f
                } else {
                    byte | 0x80
                }
            })
            .collect();
        let valid = str::from_utf8(&noise).unwrap_err().valid_up_to() as u64;

        for pieces in every_chunking(&noise) {
            assert_eq!(lossy(&pieces), String::from_utf8_lossy(&noise), "{seed}");
            assert_eq!(strict(&pieces).1, Some(valid), "{seed}");
        }
    }
}

#[test]
fn the_offset_counts_from_the_start_of_the_stream() {
    let long = "ü".repeat(1_000);
    let pieces = [long.as_bytes(), long.as_bytes(), b"x\xff"];

    assert_eq!(strict(&pieces).1, Some(4_001));
}

#[test]
fn each_chunk_has_its_text_even_if_that_is_empty() {
    let (texts, error) = through(Utf8::strict(), &[b"a\xf0", b"\x9f", b"\xa6", b"\x80b"]);

    assert!(error.is_none());
    assert_eq!(texts, ["a", "", "", "🦀b"]);
}
