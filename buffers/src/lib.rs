//! Node's Buffer, in Rust's own form.
//!
//! | Node | here |
//! |---|---|
//! | `Buffer` | [`Buffer`], or any `[u8]`: every function takes a slice |
//! | `Buffer.from(text, encoding)` | [`Encoding::bytes`], strict; [`Encoding::bytes_lossy`] as Node |
//! | `buf.toString(encoding)` | [`Encoding::text`], strict; [`Encoding::text_lossy`] as Node |
//! | `readUInt32LE` and its 43 siblings | [`read`], [`write()`]; [`read_int`] and its kin for 3, 5 and 6 bytes |
//! | `indexOf`, `lastIndexOf`, `includes` | [`index_of`], [`last_index_of`], [`includes`] |
//! | `fill`, `swap16`, `copy`, `compare`, `concat`, `subarray` | [`fill()`], [`swap16`], [`copy`], [`compare`], [`concat()`], [`range`] |
//! | `StringDecoder` | [`StringDecoder`]; [`Converter`] from any encoding to any |
//!
//! Read first: `encoding.rs`, `numbers.rs`, `slices.rs`, `search.rs`, `string_decoder.rs`.
//!
//! ```
//! use buffers::{Buffer, Encoding, Endian};
//!
//! let mut data = Buffer::from("Hello");
//! data[0] = 0x68;
//!
//! assert_eq!(format!("{data:?}"), "<Buffer 68 65 6c 6c 6f>");
//! assert_eq!(data.text_lossy(Encoding::Base64), "aGVsbG8=");
//! assert_eq!(buffers::read::<u16>(&data, 0, Endian::Big)?, 0x6865);
//! # Ok::<(), buffers::Error>(())
//! ```

mod buffer;
pub use buffer::Buffer;

mod methods;
pub use methods::BufferExt;

mod encoding;
pub use encoding::Encoding;
mod base64;
mod hex;
mod latin1;
mod reuse;
mod simd;
mod utf16;
mod utf8;

mod inspect;
pub use inspect::Inspect;

mod numbers;
pub use numbers::{Endian, Number, read, read_int, read_uint, write, write_int, write_uint};

mod slices;
pub use slices::{compare, concat, copy, copy_within, range};

mod text;
pub use text::write_text;

mod search;
pub use search::{Needle, includes, index_of, last_index_of};

mod fill;
pub use fill::{Fill, fill};

mod swap;
pub use swap::{swap16, swap32, swap64};

mod transcode;
pub use transcode::transcode;

mod string_decoder;
pub use string_decoder::StringDecoder;

mod convert;
pub use convert::Converter;

mod web;
pub use web::{atob, btoa};

mod error;
pub use error::Error;

/// Whether `bytes` are well-formed UTF-8: `buffer.isUtf8`.
pub fn is_utf8(bytes: &[u8]) -> bool {
    utf8::is_valid(bytes)
}

/// Whether `bytes` are ASCII: `buffer.isAscii`.
pub fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}
