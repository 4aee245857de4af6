//! Node's Buffer, in Rust's own form.
//!
//! | Node | here |
//! |---|---|
//! | `Buffer` | [`Buffer`], or any `[u8]`: every function takes a slice |
//! | `Buffer.from(text, encoding)` | [`Encoding::to_bytes`], strict; [`Encoding::to_bytes_lossy`] as Node |
//! | `buf.toString(encoding)` | [`Encoding::to_text`], strict; [`Encoding::to_text_lossy`] as Node |
//! | `readUInt32LE` and its 43 siblings | [`read`], [`write()`]; [`read_int`] and its kin for 3, 5 and 6 bytes |
//! | `indexOf`, `lastIndexOf`, `includes` | [`index_of`], [`last_index_of`], [`includes`] |
//! | `fill`, `swap16`, `copy`, `compare`, `concat`, `subarray` | [`fill()`], [`swap16`], [`copy`], [`compare`], [`concat()`], [`range`] |
//! | `StringDecoder` | [`StringDecoder`]; [`Converter`] from any encoding to any |
//!
//! Read first: `buffer/`, then `encoding.rs` and `codec/`.
//!
//! ```
//! use buffers::{Buffer, Encoding, Endian};
//!
//! let mut data = Buffer::from("Hello");
//! data[0] = 0x68;
//!
//! assert_eq!(format!("{data:?}"), "<Buffer 68 65 6c 6c 6f>");
//! assert_eq!(data.to_text_lossy(Encoding::Base64), "aGVsbG8=");
//! assert_eq!(buffers::read::<u16>(&data, 0, Endian::Big)?, 0x6865);
//! # Ok::<(), buffers::Error>(())
//! ```

#![cfg_attr(not(feature = "simd"), forbid(unsafe_code))]

mod buffer;
pub use buffer::*;

mod encoding;
pub use encoding::Encoding;

mod codec;
pub use codec::{Converter, StringDecoder, atob, btoa, is_ascii, is_utf8, transcode};

mod error;
pub use error::Error;

mod kernels;
#[cfg(all(feature = "simd", any(target_arch = "x86_64", test)))]
mod simd;

// By this name the tests that `simd/mod.rs` takes in call this crate.
#[cfg(all(test, feature = "simd"))]
extern crate self as buffers;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
#[cfg(doctest)]
#[doc = include_str!("../NODE.md")]
struct Node;
