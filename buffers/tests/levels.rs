//! Every kernel against plain code from the standard library, at each level of instructions: `BUFFERS_SIMD` holds it down.
//!
//! The library's unit tests have this file as a module too; there, all kernels run with emulated instructions.

#[path = "support/runner.rs"]
mod runner;
mod support;

use std::env;

use buffers::Encoding::{Base64, Base64Url, Hex, Latin1, Utf8, Utf16le};
use buffers::{Encoding, transcode};

use runner::command;
use support::{Noise, is_soak};

/// Returns whether the instructions are emulated, which takes a hundred times as long.
fn is_emulated() -> bool {
    module_path!().starts_with("buffers::")
}

/// Returns every position in and around a few blocks; of the emulated ones every seventh, unless `SOAK=1`.
fn positions() -> impl Iterator<Item = usize> {
    let step = if is_emulated() && !is_soak() { 7 } else { 1 };
    (0..=257).step_by(step)
}

/// Characters of all widths, in runs of one width.
fn text(noise: &mut Noise, len: usize) -> String {
    let mut text = String::new();
    while text.len() < len {
        let (low, high) = [
            (0, 0x7f),
            (0x80, 0x7ff),
            (0x800, 0xffff),
            (0x1_0000, 0x10_ffff),
        ][noise.below(4)];
        for _ in 0..noise.below(90) {
            text.extend(char::from_u32(low + noise.next() % (high - low + 1)));
        }
    }
    text
}

fn utf16_bytes(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Every mistake that a character can have.
const MISTAKES: [&[u8]; 18] = [
    b"\x80",
    b"\xbf\xbf",
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xc3",
    b"\xc3(",
    b"\xe0\x80\x80",
    b"\xe0\x9f\xbf",
    b"\xe2\x82",
    b"\xe2(\xa1",
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf0\x9f\x92",
    b"\xf0\x9f(\x80",
    b"\xf4\x90\x80\x80",
    b"\xf5\x80\x80\x80",
    b"\xff",
];

#[test]
fn a_mistake_in_utf8_is_found_at_every_place() {
    for filler in ["a", "é", "€", "🚀"] {
        for mistake in MISTAKES {
            for place in positions() {
                let mut bytes = filler.repeat(700 / filler.len()).into_bytes();
                let place = place / filler.len() * filler.len();
                bytes.splice(place..place, mistake.iter().copied());

                let std = std::str::from_utf8(&bytes).expect_err("a mistake");
                assert!(!buffers::is_utf8(&bytes), "{mistake:x?} at {place}");
                assert!(
                    !buffers::is_utf8(&bytes[..place + mistake.len()]),
                    "{mistake:x?} at the end, {place}"
                );
                assert_eq!(
                    Utf8.to_text(&bytes).unwrap_err().offset(),
                    Some(std.valid_up_to())
                );
                assert_eq!(Utf8.to_text_lossy(&bytes), String::from_utf8_lossy(&bytes));
            }
        }
    }
}

#[test]
fn a_character_torn_apart_by_ascii_is_no_character() {
    for place in positions() {
        for gap in [1, 64, 256, 512] {
            let torn = [&b"a".repeat(place)[..], b"\xc3", &b"a".repeat(gap), b"\xa9"].concat();

            assert!(!buffers::is_utf8(&torn), "{place} {gap}");
        }
    }
}

#[test]
fn any_two_or_three_bytes_are_judged_as_std_does() {
    // The first and the last byte of each kind; with `SOAK=1` each byte.
    let limits = [
        0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
        0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
    ];
    let tried: Vec<u8> = match is_soak() {
        true => (0..=255).collect(),
        false => limits.to_vec(),
    };
    let mut block = [b'a'; 70];
    for &first in tried.iter().rev() {
        for &second in &tried {
            for third in [b'a', 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2] {
                block[62..66].copy_from_slice(&[first, second, third, 0x80]);
                for end in [63, 64, 65, 66, 70] {
                    let bytes = &block[..end];
                    assert_eq!(
                        buffers::is_utf8(bytes),
                        std::str::from_utf8(bytes).is_ok(),
                        "{:x?}",
                        &bytes[62..]
                    );
                }
            }
        }
    }
}

#[test]
fn characters_go_from_any_form_to_any_form() {
    let mut noise = Noise(1);
    // Longer than what is converted at a time.
    let (rounds, longest) = match is_emulated() && !is_soak() {
        true => (60, 20_000),
        false => (300, 40_000),
    };
    for round in 0..rounds {
        let len = noise.below(if round % 10 == 0 { longest } else { 700 });
        let text = text(&mut noise, len);
        let utf16 = utf16_bytes(&text);

        assert!(buffers::is_utf8(text.as_bytes()));
        assert_eq!(Utf8.to_text(text.as_bytes()).as_deref(), Ok(&*text));
        assert_eq!(Utf16le.to_bytes(&text).as_deref(), Ok(&*utf16));
        assert_eq!(Utf16le.to_text(&utf16).as_deref(), Ok(&*text));
        assert_eq!(Utf16le.to_text_lossy(&utf16), text);
        assert_eq!(
            transcode(text.as_bytes(), Utf8, Utf16le)
                .as_deref()
                .unwrap_or(b"!"),
            utf16
        );
        assert_eq!(
            transcode(&utf16, Utf16le, Utf8).as_deref().unwrap_or(b"!"),
            text.as_bytes()
        );
    }
}

#[test]
fn half_a_pair_is_found_at_every_place() {
    for filler in ["a", "é", "🚀"] {
        for lone in [0xd800_u16, 0xdbff, 0xdc00, 0xdfff] {
            for place in positions() {
                let mut units: Vec<u16> = filler.repeat(300).encode_utf16().collect();
                let place = place / filler.encode_utf16().count() * filler.encode_utf16().count();
                units.insert(place, lone);
                let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();

                assert_eq!(
                    Utf16le.to_text(&bytes).unwrap_err().offset(),
                    Some(2 * place),
                    "{filler} {lone:x}"
                );
                assert_eq!(
                    Utf16le.to_text_lossy(&bytes),
                    String::from_utf16_lossy(&units)
                );
                assert_eq!(Utf16le.bytes_from_utf16(&units), bytes);
            }
        }
    }
}

#[test]
fn every_alignment_gives_the_same() {
    let mut noise = Noise(2);
    let (text, bytes) = (text(&mut noise, 3000), noise.bytes(3000));
    let forms = [Utf8, Utf16le, Latin1, Hex, Base64, Base64Url];
    let step = if is_emulated() && !is_soak() { 5 } else { 1 };
    for shift in (0..=63).step_by(step) {
        let mut moved = vec![0; shift];
        moved.extend_from_slice(&bytes);
        let moved = &moved[shift..];
        for encoding in forms {
            assert_eq!(
                encoding.to_text_lossy(moved),
                encoding.to_text_lossy(&bytes),
                "{encoding} {shift}"
            );
        }
        let padded = " ".repeat(shift) + &text;
        assert_eq!(Utf16le.to_bytes_lossy(&padded[shift..]), utf16_bytes(&text));
    }
}

#[test]
fn latin1_is_the_first_256_characters() {
    let mut noise = Noise(3);
    for len in (0..300).chain([8191, 8192, 8193, 30_000]) {
        for mask in [0x7f, 0xff] {
            let bytes: Vec<u8> = noise.bytes(len).iter().map(|byte| byte & mask).collect();
            let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();

            assert_eq!(Latin1.to_text_lossy(&bytes), text);
            assert_eq!(Latin1.to_bytes(&text).as_deref(), Ok(&*bytes));
        }
    }
}

/// Letter by letter, as RFC 4648 tells it.
fn base64_by_hand(bytes: &[u8], last_two: &[u8; 2], padded: bool) -> String {
    let letter = |six: u32| match six as u8 {
        six @ 0..26 => b'A' + six,
        six @ 26..52 => b'a' + six - 26,
        six @ 52..62 => b'0' + six - 52,
        six => last_two[usize::from(six - 62)],
    };
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let all = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            if place <= group.len() {
                text.push(char::from(letter(all >> (18 - 6 * place) & 0x3f)));
            } else if padded {
                text.push('=');
            }
        }
    }
    text
}

#[test]
fn base64_is_what_the_rfc_says_and_comes_back() {
    let mut noise = Noise(4);
    for len in (0..400).chain([6143, 6144, 6145, 8192, 50_000]) {
        let bytes = noise.bytes(len);
        for (encoding, last_two, padded) in [(Base64, b"+/", true), (Base64Url, b"-_", false)] {
            let text = base64_by_hand(&bytes, last_two, padded);
            let mut slice = vec![0; text.len()];

            assert_eq!(encoding.to_text_lossy(&bytes), text);
            assert_eq!(encoding.text_to_slice(&bytes, &mut slice), Ok(text.len()));
            assert_eq!(slice, text.as_bytes());
            assert_eq!(encoding.to_bytes(&text).as_deref(), Ok(&*bytes));
            let mut slice = vec![0; len];
            assert_eq!(encoding.bytes_to_slice(&text, &mut slice), Ok(len));
            assert_eq!(slice, bytes);
        }
    }
}

#[test]
fn what_is_no_letter_is_skipped_wherever_it_stands() {
    let mut noise = Noise(5);
    let bytes = noise.bytes(20_000);
    let clean = Base64.to_text_lossy(&bytes);
    for rare in [1, 3, 76, 1000] {
        let mut dirty = String::new();
        for letter in clean.trim_end_matches('=').chars() {
            dirty.push(match letter {
                '+' if noise.below(2) == 0 => '-',
                '/' if noise.below(2) == 0 => '_',
                letter => letter,
            });
            if noise.below(rare) == 0 {
                dirty.push(['\n', ' ', '!', '\0', 'é', '€'][noise.below(6)]);
            }
        }

        assert_eq!(Base64.to_bytes_lossy(&dirty), bytes, "{rare}");
        assert_eq!(
            Base64.to_bytes_lossy(&(dirty + "==QUJD")),
            bytes,
            "after padding, {rare}"
        );
    }
}

#[test]
fn lines_of_any_length_are_decoded() {
    let bytes = Noise(10).bytes(700);
    let clean = Base64.to_text_lossy(&bytes);
    let clean = clean.trim_end_matches('=');
    let step = if is_emulated() && !is_soak() { 5 } else { 1 };
    for len in (1..=140).step_by(step).chain([76]) {
        for end in ["\n", "\r\n", "\n \n", "=\n"] {
            let lines = clean.as_bytes().chunks(len);
            let lines: Vec<_> = lines
                .map(|line| std::str::from_utf8(line).unwrap())
                .collect();
            let text = lines.join(end);

            // The first padding ends it all.
            let taken = if end.starts_with('=') {
                len / 4 * 3 + len % 4 * 3 / 4
            } else {
                700
            };
            assert_eq!(
                Base64.to_bytes_lossy(&text),
                bytes[..taken],
                "{len} {end:?}"
            );
        }
    }
}

#[test]
fn atob_counts_what_is_left_without_white_space() {
    let (bytes, mut text) = (Noise(11).bytes(700), String::new());
    let expected: String = bytes.iter().map(|&byte| char::from(byte)).collect();
    for (place, char) in Base64.to_text_lossy(&bytes).char_indices() {
        text.push(char);
        text.push_str(["", "", "\n", " \t", "\r\x0c"][place % 5]);
    }

    assert_eq!(buffers::atob(&text), Ok(expected.clone()));
    assert_eq!(buffers::atob(&text.replace('=', "")), Ok(expected));
    for (bad, error) in [
        (text.replacen('=', "", 1), buffers::Error::InvalidCharacter),
        (text.clone() + "=", buffers::Error::InvalidCharacter),
        (text.clone() + "A", buffers::Error::InvalidCharacter),
        (text.replace(' ', "-"), buffers::Error::InvalidCharacter),
        (text.replace(' ', "\x0b"), buffers::Error::InvalidCharacter),
        ("A\nA\n=\n".to_owned(), buffers::Error::InvalidCharacter),
        ("AAAA\nA".to_owned(), buffers::Error::NotCorrectlyEncoded),
        ("AAAA\nA=".to_owned(), buffers::Error::NotCorrectlyEncoded),
    ] {
        assert_eq!(buffers::atob(&bad), Err(error), "{bad:?}");
    }
}

#[test]
fn padding_ends_dirty_text_wherever_it_stands() {
    let clean = Base64.to_text_lossy(&Noise(9).bytes(300));
    for place in positions() {
        let cut = format!("\n{}={}", &clean[..place], &clean[place..]);

        // One letter alone stands for nothing.
        let letters = if place % 4 == 1 { place - 1 } else { place };
        assert_eq!(
            Base64.to_bytes_lossy(&cut),
            Base64.to_bytes_lossy(&clean[..letters]),
            "{place}"
        );
        assert_eq!(Base64.to_bytes_lossy(&cut).len(), letters * 3 / 4);
    }
}

#[test]
fn a_wrong_letter_or_digit_is_named_at_every_place() {
    let (hex, base64) = (
        Hex.to_text_lossy(&[0xab; 150]),
        Base64.to_text_lossy(&[0xab; 300]),
    );
    for place in positions() {
        for wrong in ["!", "é"] {
            for (encoding, good) in [(Hex, &hex), (Base64, &base64)] {
                let bad = format!("{}{wrong}{}", &good[..place], &good[place..]);
                assert_eq!(
                    encoding.to_bytes(&bad).unwrap_err().offset(),
                    Some(place),
                    "{encoding}"
                );
            }
            let bad = format!("{}{wrong}{}", &hex[..place], &hex[place..]);
            assert_eq!(Hex.to_bytes_lossy(&bad), vec![0xab; place / 2]);
        }
    }
}

#[test]
fn a_prefix_is_no_hex() {
    for digits in ["0x", "0X41", "0x4142", &format!("0x{}", "ab".repeat(5000))] {
        assert_eq!(
            Hex.to_bytes(digits).unwrap_err().offset(),
            Some(1),
            "{digits}"
        );
        assert_eq!(Hex.to_bytes_lossy(digits), b"");
    }
}

#[test]
fn the_last_occurrence_is_the_one_that_a_look_at_each_place_finds() {
    let mut noise = Noise(6);
    for round in 0..3000 {
        // Few letters, so that much looks like the needle.
        let letters = 1 + round % 4;
        let len = noise.below(300);
        let bytes: Vec<u8> = (0..len)
            .map(|_| b'a' + noise.below(letters) as u8)
            .collect();
        let len = 1 + noise.below(8);
        let needle: Vec<u8> = (0..len)
            .map(|_| b'a' + noise.below(letters) as u8)
            .collect();

        let expected = bytes
            .windows(needle.len())
            .rposition(|window| window == needle);
        assert_eq!(buffers::last_index_of(&bytes, &needle[..], None), expected);
    }
}

#[test]
fn a_byte_is_found_at_each_place() {
    let mut bytes = [b'a'; 900];
    for start in [0, 1, 31, 63, 64] {
        assert_eq!(buffers::index_of(&bytes[start..], b'x', 0), None);
        for place in start..bytes.len() {
            bytes[place] = b'x';
            let found = buffers::index_of(&bytes[start..], b'x', 0);
            assert_eq!(found, Some(place - start), "from {start}");
            bytes[place] = b'a';
        }
    }
}

#[test]
fn units_are_searched_for_in_whole_units() {
    use buffers::Pattern::{Text, Units};

    let odd = b"abaabab";
    assert_eq!(
        buffers::index_of(odd, Text("\u{6261}", Utf16le), -5),
        Some(0)
    );
    assert_eq!(buffers::last_index_of(b"b\0\0", Units(b"b\0\0"), 5), None);
    assert_eq!(buffers::index_of(b"b", Text("", Utf16le), 3), Some(0));
}

#[test]
fn swapping_reverses_each_group_and_nothing_else() {
    let mut noise = Noise(7);
    for groups in 0..70 {
        let bytes = noise.bytes(8 * groups);
        let by_hand = |width| -> Vec<u8> {
            let groups = bytes.chunks(width);
            groups
                .flat_map(|group| group.iter().rev().copied())
                .collect()
        };
        let swapped = |swap: fn(&mut [u8]) -> Result<(), buffers::Error>| {
            let mut copy = bytes.clone();
            swap(&mut copy).map(|()| copy)
        };
        assert_eq!(swapped(buffers::swap16), Ok(by_hand(2)));
        assert_eq!(swapped(buffers::swap32), Ok(by_hand(4)));
        assert_eq!(swapped(buffers::swap64), Ok(by_hand(8)));
    }
}

#[test]
fn appending_and_writing_in_place_give_what_a_new_one_has() {
    let mut noise = Noise(8);
    let forms = [
        Utf8,
        Utf16le,
        Latin1,
        Encoding::Ascii,
        Hex,
        Base64,
        Base64Url,
    ];
    for len in [0, 1, 31, 64, 5000, 20_000] {
        let ascii: Vec<u8> = noise.bytes(len).iter().map(|byte| byte & 0x7f).collect();
        let ascii = &ascii[..ascii.len() & !1];
        for encoding in forms {
            let mut text = String::from("before ");
            let outcome = encoding.text_into(ascii, &mut text);
            match encoding.to_text(ascii) {
                Ok(new) => assert_eq!(text, format!("before {new}")),
                Err(error) => assert_eq!(outcome, Err(error)),
            }
            let new = encoding.to_bytes(&encoding.to_text_lossy(ascii)).unwrap();
            let mut bytes = vec![7];
            encoding
                .bytes_into(&encoding.to_text_lossy(ascii), &mut bytes)
                .unwrap();
            assert_eq!(bytes[1..], new);
            if let Some(less) = new.len().checked_sub(1) {
                let outcome =
                    encoding.bytes_to_slice(&encoding.to_text_lossy(ascii), &mut vec![0; less]);
                assert_eq!(outcome.unwrap_err().code(), "ERR_OUT_OF_RANGE");
            }
        }
    }
}

#[test]
fn all_of_this_holds_at_every_level() {
    let this = env::current_exe().unwrap();
    for level in ["scalar", "avx2"] {
        let run = command(this.to_str().unwrap())
            .args(["--skip", "all_of_this_holds_at_every_level"])
            .env("BUFFERS_SIMD", level)
            .output()
            .unwrap();

        assert!(
            run.status.success(),
            "{level}:\n{}",
            String::from_utf8_lossy(&run.stdout)
        );
    }
}
