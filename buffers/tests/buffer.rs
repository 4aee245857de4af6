//! What a `Buffer` does as a Rust type, and what its methods do on any bytes.

use std::io::Write;

use buffers::Encoding::{Hex, Latin1, Utf8, Utf16le};
use buffers::{Buffer, BufferExt, Endian, StringDecoder};

#[test]
fn a_buffer_is_compared_with_whatever_holds_bytes() {
    let buffer = Buffer::from("hi");

    assert!(buffer == "hi" && buffer == *"hi");
    assert!(buffer == b"hi" && buffer == *b"hi" && buffer == b"hi"[..]);
    let slice: &[u8] = b"hi";
    assert!(buffer == slice);
    assert!(buffer == vec![b'h', b'i'] && buffer != [b'h'] && buffer != "ho");
    let (string, boxed) = (String::from("hi"), Box::<[u8]>::from(*b"hi"));
    assert!(buffer == string && buffer == boxed);
}

#[test]
fn a_buffer_grows_and_is_taken_apart_as_a_vec() {
    let mut buffer = Buffer::alloc(1);
    buffer.extend([1, 2]);
    buffer.write_all(b"ab").unwrap();
    writeln!(buffer, "{}", 7).unwrap();

    assert_eq!(buffer, [0, 1, 2, b'a', b'b', b'7', b'\n']);
    let bytes: Vec<u8> = buffer.into_iter().collect();
    assert_eq!(bytes.len(), 7);
}

#[test]
fn what_is_looked_for_may_be_owned() {
    let line = b"she sells";
    let (vec, string, buffer) = (b"ells".to_vec(), "ells".to_owned(), Buffer::from("ells"));

    assert_eq!(line.index_of(&vec, 0), Some(5));
    assert_eq!(line.index_of(&string, 0), Some(5));
    assert_eq!(line.index_of(&buffer, 0), Some(5));
    let mut bytes = [0; 4];
    bytes.fill_range(&vec, ..).unwrap();
    bytes.fill_range(&string, ..).unwrap();
    assert_eq!(&bytes, b"ells");
}

#[test]
fn a_decoder_tells_its_encoding() {
    assert_eq!(StringDecoder::new(Utf16le).encoding(), Utf16le);
}

#[test]
fn every_function_of_bytes_is_a_method() {
    let mut bytes = *b"........";
    bytes.write_int(-2, 0, 3, Endian::Big).unwrap();
    bytes.write_uint(0x01_0203, 3, 3, Endian::Little).unwrap();
    bytes.write_text("é", 6, None, Latin1).unwrap();

    assert_eq!(bytes.read_int(0, 3, Endian::Big), Ok(-2));
    assert_eq!(bytes.read_uint(3, 3, Endian::Little), Ok(0x01_0203));
    assert_eq!(bytes.to_text(Hex).as_deref(), Ok("fffffe030201e92e"));
    assert_eq!(
        bytes.subarray(-2, None).transcode(Latin1, Utf8).as_deref(),
        Ok("é.".as_bytes())
    );
    assert_eq!(
        bytes.compare(6..8, b"\xe9.", 0..2).map(|order| order as i8),
        Ok(0)
    );
    let mut target = [0; 4];
    assert_eq!(bytes.copy(6..8, &mut target, 1), Ok(2));
    assert_eq!(target, [0, 0xe9, b'.', 0]);
    assert!(bytes.includes_until(b'.', 0, 8) && !bytes.includes_until(b'.', 0, 7));
}
