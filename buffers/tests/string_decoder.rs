//! `StringDecoder` and `Converter`: where the chunks are cut changes nothing.

use buffers::{Converter, Encoding, StringDecoder};

const SAMPLES: [&str; 6] = [
    "",
    "plain",
    "naïve café",
    "東京 ₹",
    "👩‍🚀🦀 здравей",
    "\u{0}\u{7f}\u{80}\u{ffff}\u{10ffff}",
];
const BROKEN: [&[u8]; 9] = [
    b"a\xffb",
    b"\xc3",
    b"\xe3\x81A",
    b"\xed\xa0\x80",
    b"\xf0\x9f\xa6",
    b"\xc0\xaf",
    b"\xf5\x90\x80\x80",
    b"\xf0\x9fA\xe2",
    b"\x80\xbf\xc2",
];

fn decoded(encoding: Encoding, pieces: &[&[u8]]) -> String {
    let mut decoder = StringDecoder::new(encoding);
    let whole: String = pieces.iter().map(|piece| decoder.write(piece)).collect();
    whole + &decoder.end()
}

#[test]
fn every_cut_in_two_and_in_three_gives_the_same_text() {
    let samples = SAMPLES
        .iter()
        .map(|text| text.as_bytes().to_vec())
        .chain(BROKEN.iter().map(|bytes| bytes.to_vec()));
    for bytes in samples {
        for encoding in Encoding::ALL {
            let at_once = encoding.to_text_lossy(&bytes);
            for first in 0..=bytes.len() {
                for second in first..=bytes.len() {
                    let pieces = [&bytes[..first], &bytes[first..second], &bytes[second..]];

                    assert_eq!(
                        decoded(encoding, &pieces),
                        at_once,
                        "{encoding} {bytes:x?} cut at {first} and {second}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_byte_at_a_time_gives_the_same_units_as_at_once() {
    for text in SAMPLES {
        let bytes = Encoding::Utf16le.to_bytes_lossy(text);
        let mut decoder = StringDecoder::new(Encoding::Utf16le);

        let mut units: Vec<u16> = bytes
            .iter()
            .flat_map(|byte| decoder.write_utf16(&[*byte]))
            .collect();
        units.extend(decoder.end_utf16());

        assert_eq!(units, text.encode_utf16().collect::<Vec<_>>());
    }
}

#[test]
fn after_the_end_it_can_be_used_again() {
    let mut decoder = StringDecoder::new(Encoding::Utf8);

    let cut = decoder.write(&[0xe2, 0x82]) + &decoder.end();
    let again = decoder.write("€".as_bytes()) + &decoder.end();

    assert_eq!((cut.as_str(), again.as_str()), ("\u{fffd}", "€"));
    assert_eq!((decoder.missing(), decoder.total()), (0, 0));
}

#[test]
fn a_converter_gives_the_same_bytes_at_every_chunk_size() {
    let text = SAMPLES.concat();
    for from in Encoding::ALL {
        let input = match from {
            Encoding::Hex | Encoding::Base64 | Encoding::Base64Url => {
                from.to_text_lossy(text.as_bytes()).into_bytes()
            }
            _ => from.to_bytes_lossy(&text),
        };
        for to in Encoding::ALL {
            let at_once = converted(Converter::lenient(from, to), &input, usize::MAX);
            for size in [1, 2, 3, 5, 7, 64] {
                assert_eq!(
                    converted(Converter::lenient(from, to), &input, size),
                    at_once,
                    "{from} to {to} in chunks of {size}"
                );
            }
        }
    }
}

fn converted(mut converter: Converter, input: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in input.chunks(size.min(input.len().max(1))) {
        converter.push(chunk, &mut out).unwrap();
    }
    converter.finish(&mut out).unwrap();
    out
}

#[test]
fn a_strict_converter_says_the_same_at_every_cut() {
    use buffers::Converter;

    for (from, text, offset) in [
        (Encoding::Base64, "QUJD\nRU!G\n", Some(7)),
        (Encoding::Base64, "Q!\n\n\n", Some(1)),
        (Encoding::Base64, "QUJDR\n\n", Some(4)),
        (Encoding::Base64, "QUJDQQ===", Some(8)),
        (Encoding::Base64, "QQ====abcd=", Some(4)),
        (Encoding::Base64, "QQ=", Some(3)),
        (Encoding::Base64, "QR==", Some(1)),
        (Encoding::Base64, "QUJD\r\nRUZH\r\n", None),
        (Encoding::Base64Url, "-_-_QQ", None),
        (Encoding::Hex, "a\n\n\n", Some(0)),
        (Encoding::Hex, "41\r42", Some(2)),
        (Encoding::Hex, "48\r", Some(2)),
        (Encoding::Hex, "48\r\r\n\n", Some(2)),
        (Encoding::Hex, "4\r8\n", Some(1)),
        (Encoding::Hex, "41 42", Some(2)),
        (Encoding::Hex, "41\t42", Some(2)),
        (Encoding::Hex, "41\x0b42", Some(2)),
        (Encoding::Base64, " QUJD", Some(0)),
        (Encoding::Base64, "QUJD\r", Some(4)),
        (Encoding::Base64, "QQ=\n=\r\n", None),
        (Encoding::Base64, "QQ= =", Some(3)),
        (Encoding::Hex, "4\r\n1\r\n4z", Some(7)),
        (Encoding::Hex, "4\n1\n42", None),
    ] {
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let mut converter = Converter::new(from, Encoding::Latin1);
                let mut out = Vec::new();
                let pieces = [&text[..first], &text[first..second], &text[second..]];
                let outcome = pieces
                    .iter()
                    .try_for_each(|piece| converter.push(piece.as_bytes(), &mut out))
                    .and_then(|()| converter.finish(&mut out));

                let at = outcome.as_ref().err().and_then(buffers::Error::offset);
                assert_eq!(
                    at, offset,
                    "{text:?} cut at {first} and {second}: {outcome:?}"
                );
            }
        }
    }
}
