//! `numbers.rs`, `hex.rs` and `base64.rs` can be copied alone, with `error.rs` beside them: here they are.
//!
//! If one of them leaned on anything else of the crate, this would not compile.

#[expect(dead_code, reason = "a copier takes what is needed")]
#[path = "../src/codec/base64.rs"]
mod base64;
#[expect(dead_code, reason = "a copier takes what is needed")]
#[path = "../src/error.rs"]
mod error;
#[expect(dead_code, reason = "a copier takes what is needed")]
#[path = "../src/codec/hex.rs"]
mod hex;
#[expect(dead_code, reason = "a copier takes what is needed")]
#[path = "../src/buffer/numbers.rs"]
mod numbers;

use base64::STANDARD;
use error::Error;
use numbers::Endian;

#[test]
fn a_copied_file_works_with_error_rs_alone() {
    let mut bytes = [0; 4];

    numbers::write(&mut bytes, 0xdead_beef_u32, 0, Endian::Big).unwrap();
    let text = base64::encode(&bytes, &STANDARD);
    let mut decoded = [0; 4];
    let len = base64::decode_to_slice(text.as_bytes(), &STANDARD, &mut decoded);

    assert_eq!(hex::encode(&bytes), "deadbeef");
    assert_eq!((text.as_str(), len, decoded), ("3q2+7w==", Ok(4), bytes));
    let wrong = hex::decode(b"dexd");
    assert!(matches!(wrong, Err(Error::Invalid { offset: 2, .. })));
}
