//! One bad unit at every place and every alignment: the strict forms name it, the lossy ones do as Node does.

use buffers::{Encoding, Error, is_utf8};

fn offset(result: Result<impl std::fmt::Debug, Error>) -> usize {
    match result {
        Err(Error::Invalid { offset, .. }) => offset,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bad_digit_is_found_wherever_it_is() {
    for place in 0..=257 {
        let mut hex = vec![b'a'; 258];
        hex[place] = b'g';
        let hex = String::from_utf8(hex).unwrap();

        assert_eq!(offset(Encoding::Hex.to_bytes(&hex)), place);
        assert_eq!(Encoding::Hex.to_bytes_lossy(&hex), vec![0xaa; place / 2]);
    }
}

#[test]
fn a_bad_letter_is_found_wherever_it_is() {
    let clean = Encoding::Base64.to_bytes(&"QUJD".repeat(65)).unwrap();
    for place in 0..=259 {
        let mut letters = "QUJD".repeat(65).into_bytes();
        letters.insert(place, b'!');
        let text = String::from_utf8(letters).unwrap();

        assert_eq!(offset(Encoding::Base64.to_bytes(&text)), place);
        assert_eq!(Encoding::Base64.to_bytes_lossy(&text), clean, "at {place}");
    }
}

#[test]
fn a_bad_byte_is_found_wherever_it_is() {
    for place in 0..=257 {
        let mut text = vec![b'a'; 258];
        text[place] = 0xff;

        assert_eq!(offset(Encoding::Utf8.to_text(&text)), place);
        assert!(!is_utf8(&text));
        assert_eq!(
            Encoding::Utf8.to_text_lossy(&text),
            String::from_utf8_lossy(&text)
        );
        assert_eq!(offset(Encoding::Ascii.to_text(&text)), place);
    }
}

#[test]
fn alignment_changes_nothing() {
    let text: String = (0..400)
        .map(|i| if i % 7 == 0 { 'é' } else { 'a' })
        .collect();
    let wide = Encoding::Utf16le.to_bytes(&text).unwrap();
    for shift in 0..=63 {
        let padded = [&vec![b'#'; shift], text.as_bytes()].concat();
        let padded_wide = [&vec![b'#'; shift], &wide[..]].concat();

        let (view, wide_view) = (&padded[shift..], &padded_wide[shift..]);

        assert_eq!(Encoding::Utf8.to_text(view).unwrap(), text);
        assert_eq!(Encoding::Utf16le.to_text(wide_view).unwrap(), text);
        assert_eq!(Encoding::Utf16le.to_text_lossy(wide_view), text);
        for encoding in [Encoding::Hex, Encoding::Base64, Encoding::Base64Url] {
            assert_eq!(
                encoding.to_bytes(&encoding.to_text(view).unwrap()).unwrap(),
                text.as_bytes()
            );
        }
        assert_eq!(buffers::last_index_of(view, "é", None), text.rfind('é'));
    }
}

#[test]
fn half_a_unit_and_half_a_pair_are_named() {
    assert_eq!(offset(Encoding::Utf16le.to_text(b"A\0B")), 2);
    assert_eq!(offset(Encoding::Utf16le.to_text(&[0x41, 0, 0x3d, 0xd8])), 2);
    assert_eq!(offset(Encoding::Hex.to_bytes("abc")), 2);
    assert_eq!(offset(Encoding::Base64.to_bytes("QUJDR")), 4);
    assert_eq!(offset(Encoding::Latin1.to_bytes("a€")), 1);
}

#[test]
fn there_is_one_nan_whatever_its_bits() {
    let mut bytes = [0; 12];
    buffers::write(&mut bytes, -f64::NAN, 0, buffers::Endian::Big).unwrap();
    buffers::write(
        &mut bytes,
        f32::from_bits(0xffff_ffff),
        8,
        buffers::Endian::Big,
    )
    .unwrap();

    assert_eq!(bytes, [0x7f, 0xf8, 0, 0, 0, 0, 0, 0, 0x7f, 0xc0, 0, 0]);
}

#[test]
fn any_short_text_of_base64_is_decoded_or_refused_at_a_place_in_it() {
    let chars = ['A', 'Q', 'R', '=', '!'];
    for number in 0..5_usize.pow(7) {
        let digits = (0..7).map(|place| number / 5_usize.pow(place) % 5);
        // Shorter ones too.
        let text: String = digits.map(|digit| chars[digit]).skip(number % 4).collect();
        let mut bytes = Vec::new();

        let decoded = Encoding::Base64.bytes_into(&text, &mut bytes);

        if let Err(error) = decoded {
            let offset = error.offset().expect("a place");
            assert!(offset <= text.len(), "{text}: {error}");
            assert!(bytes.len() <= offset / 4 * 3, "{text}: {bytes:?}, {error}");
            let good = &text[..offset & !3];
            assert_eq!(
                Encoding::Base64.to_bytes(good).as_ref(),
                Ok(&bytes),
                "{text}"
            );
        }
    }
}
