//! Lines across chunks, with their two ends, and with a limit.

use bytes::Bytes;
use streams::{Error, Lines, Through, Utf8};

use super::random::random_bytes;
use super::{every_chunking, seeds, through};

/// What std's reader of lines makes of the whole.
fn expected(text: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<_> = text
        .split(|&byte| byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let last = lines.pop().filter(|last| !last.is_empty());
    for line in &mut lines {
        line.pop_if(|byte| *byte == b'\r');
    }
    lines.extend(last);
    lines
}

fn lines(pieces: &[&[u8]]) -> Vec<Bytes> {
    let (lines, error) = through(Lines::new(), pieces);
    assert!(error.is_none(), "{error:?}");
    lines
}

#[test]
fn lines_end_where_they_would_in_the_whole() {
    let samples = [
        "",
        "\n",
        "\r\n",
        "\n\n\r\n\n",
        "one",
        "one\n",
        "one\r\ntwo\nthree\r\n",
        "one\n\ntwo",
        "a lone \r stays\nas \r\r\n does one of two",
        "grün\nblau 🦀\r\n日本",
    ];
    for text in samples {
        for pieces in every_chunking(text.as_bytes()) {
            assert_eq!(lines(&pieces), expected(text.as_bytes()), "{pieces:x?}");
        }
    }
}

#[test]
fn a_carriage_return_at_the_end_of_the_input_is_no_end_of_a_line() {
    for pieces in every_chunking(b"one\r\ntwo\r") {
        assert_eq!(lines(&pieces), ["one", "two\r"], "{pieces:x?}");
    }
}

#[test]
fn noise_is_split_as_the_whole_would_be() {
    for seed in 1..=seeds() {
        let noise: Vec<u8> = random_bytes(seed, 60)
            .into_iter()
            .map(|byte| b"\r\n\nab"[usize::from(byte) % 5])
            .collect();

        for pieces in every_chunking(&noise) {
            assert_eq!(lines(&pieces), expected(&noise), "{pieces:x?}");
        }
    }
}

#[test]
fn a_line_at_the_limit_passes() {
    for text in ["1234\n123\n", "1234\r\n\r\n1234", "\n1234\r\n"] {
        for pieces in every_chunking(text.as_bytes()) {
            let (lines, error) = through(Lines::at_most(4), &pieces);

            assert!(error.is_none(), "{pieces:x?}: {error:?}");
            assert_eq!(lines, expected(text.as_bytes()), "{pieces:x?}");
        }
    }
}

#[test]
fn a_line_over_the_limit_is_an_error_with_its_number() {
    let samples = [
        ("12345", 1),
        ("12345\n", 1),
        ("1\n12\n12345\n1", 3),
        ("1\r\n1234\r5", 2),
        ("1234\r\r\n", 1),
        ("1234\r", 1),
    ];
    for (text, bad_line) in samples {
        for pieces in every_chunking(text.as_bytes()) {
            let (lines, error) = through(Lines::at_most(4), &pieces);

            let refused = matches!(error, Some(Error::LineTooLong { number, limit: 4 }) if number == bad_line);
            assert!(refused, "{pieces:x?}: {error:?}");
            let before = &expected(text.as_bytes())[..lines.len()];
            assert_eq!(lines, before, "{pieces:x?}");
            assert_eq!(lines.len() as u64, bad_line - 1, "{pieces:x?}");
        }
    }
}

#[test]
fn a_limit_of_zero_lets_empty_lines_pass() {
    for pieces in every_chunking(b"\n\r\n\n") {
        let (lines, error) = through(Lines::at_most(0), &pieces);

        assert!(error.is_none(), "{pieces:x?}: {error:?}");
        assert_eq!(lines, ["", "", ""]);
    }
}

#[test]
fn a_line_that_never_ends_is_given_up_at_the_limit() {
    use futures::{FutureExt, StreamExt, stream};

    let endless = stream::repeat_with(|| Ok::<_, Error>(Bytes::from_static(&[b'x'; 100])));
    let mut lines = Box::pin(endless.through(Lines::at_most(1_000)));

    let first = lines.next().now_or_never().flatten();

    let refused = matches!(first, Some(Err(Error::LineTooLong { number: 1, .. })));
    assert!(refused, "{first:?}");
}

#[test]
fn every_line_of_good_text_is_good_text() {
    let text = "grün\nblau 🦀\n日本";
    for pieces in every_chunking(text.as_bytes()) {
        let lines = lines(&pieces);
        let pieces: Vec<&[u8]> = lines.iter().map(Bytes::as_ref).collect();

        let (texts, error) = through(Utf8::strict(), &pieces);

        assert!(error.is_none(), "{error:?}");
        assert_eq!(texts, ["grün", "blau 🦀", "日本"]);
    }
}
