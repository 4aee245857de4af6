//! Which instructions there are, found out once, and the only `unsafe` of this crate.
//!
//! Node leaves this to simdutf, in C++. What other crates do well (hex, base64, UTF-8 checks, search from the
//! front) is left to them; here is what they lack. Each kernel takes whole blocks, as many as it can, and says how
//! far it came; the scalar code of its caller does the rest, and all of it where there is no kernel.
//! `BUFFERS_SIMD=scalar` or `avx2` holds the level down: the tests compare them.

/// The unit tests run the kernels with an emulation of the intrinsics, on any machine.
#[cfg(test)]
#[path = "../../tests/support/intrinsics.rs"]
mod arch;
#[cfg(not(test))]
use std::arch::x86_64 as arch;

mod base64;
mod lanes;
mod search;
mod swap;
mod to_utf16;
mod to_utf8;
mod validate;

// The tests of the kernels once more, with emulated instructions.
#[cfg(test)]
#[path = "../../tests/bad_input.rs"]
mod emulated_bad_input;
#[cfg(test)]
#[path = "../../tests/conformance.rs"]
mod emulated_conformance;
#[cfg(test)]
#[path = "../../tests/levels.rs"]
mod emulated_levels;

use std::sync::OnceLock;

/// What the processor can do, the better the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// What every processor can do.
    Scalar,
    /// 32 bytes at a time.
    Avx2,
    /// 64 bytes at a time, and picking bytes by a mask: AVX-512 BW, VL, VBMI and VBMI2.
    Avx512,
}

/// The level in use: the processor's, or less if `BUFFERS_SIMD` says so.
fn level() -> Level {
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let most = match std::env::var("BUFFERS_SIMD").as_deref() {
            Ok("scalar") => Level::Scalar,
            Ok("avx2") => Level::Avx2,
            _ => Level::Avx512,
        };
        detected().min(most)
    })
}

fn detected() -> Level {
    // The emulation can do it all.
    if cfg!(test) {
        return Level::Avx512;
    }
    #[cfg(target_arch = "x86_64")]
    {
        let has_avx512 = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("popcnt");
        if has_avx512 {
            return Level::Avx512;
        } else if is_x86_feature_detected!("avx2") {
            return Level::Avx2;
        }
    }
    Level::Scalar
}

/// How far a kernel came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Bytes of the input that are done.
    pub read: usize,
    /// Bytes of the output that they became.
    pub written: usize,
}

/// A byte for each character of ASCII.
type Table = [[u8; 64]; 2];

/// Kernels write whole blocks: output needs room for this many bytes more than the result has.
pub(crate) const SLACK: usize = 128;

macro_rules! dispatch {
    ($level:ident, $call:expr) => {{
        if level() >= Level::$level {
            #[expect(unsafe_code, reason = "the processor is not known at compile time")]
            #[cfg_attr(test, expect(unused_unsafe, reason = "emulated kernels are safe"))]
            // SAFETY: the function is safe but for the processor features it is compiled with; all of them
            // belong to this level, and `level()` is never more than `detected()` has found.
            return Some(unsafe { $call });
        }
        None
    }};
}

/// `bytes` as text, if they are well-formed UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    match is_utf8(bytes) {
        None => simdutf8::basic::from_utf8(bytes).ok(),
        Some(false) => None,
        #[expect(unsafe_code, reason = "std would check again, at a tenth of the speed")]
        // SAFETY: the kernel has looked at every byte. The tests hold it against std's check, with each
        // mistake at each place of a block.
        Some(true) => Some(unsafe { str::from_utf8_unchecked(bytes) }),
    }
}

fn is_utf8(bytes: &[u8]) -> Option<bool> {
    dispatch!(Avx512, validate::is_utf8(bytes))
}

/// UTF-16LE for well-formed UTF-8; `out` needs twice as many bytes and [`SLACK`].
pub(crate) fn utf8_to_utf16(text: &str, out: &mut [u8]) -> Option<Progress> {
    dispatch!(Avx512, to_utf16::utf8_to_utf16(text.as_bytes(), out))
}

/// UTF-8 for UTF-16LE, up to a lone surrogate at the latest; `out` needs one and a half times as many bytes and [`SLACK`].
pub(crate) fn utf16_to_utf8(bytes: &[u8], out: &mut [u8]) -> Option<Progress> {
    dispatch!(Avx512, to_utf8::utf16_to_utf8(bytes, out))
}

/// UTF-8 for Latin-1; `out` needs twice as many bytes and [`SLACK`].
pub(crate) fn latin1_to_utf8(bytes: &[u8], out: &mut [u8]) -> Option<Progress> {
    dispatch!(Avx512, to_utf8::latin1_to_utf8(bytes, out))
}

/// Base64 letters, of this alphabet, for whole groups.
pub(crate) fn encode_base64(bytes: &[u8], alphabet: &[u8; 64], out: &mut [u8]) -> Option<Progress> {
    dispatch!(Avx512, base64::encode(bytes, alphabet, out))
}

/// Bytes for base64 letters up to anything else; `sextets` is what each ASCII character stands for, or has the top bit.
pub(crate) fn decode_base64(text: &[u8], sextets: &Table, out: &mut [u8]) -> Option<Progress> {
    dispatch!(Avx512, base64::decode(text, sextets, out))
}

/// The base64 letters among `text`, in the standard alphabet, up to a `=`; `out` needs [`SLACK`] more bytes than `text` has.
pub(crate) fn compact_base64(text: &[u8], table: &Table, out: &mut [u8]) -> Option<Progress> {
    dispatch!(Avx512, base64::compact(text, table, out))
}

/// Where `needle`, of at least two bytes, is found last; `Err` with how many bytes from the start are left to search.
pub(crate) fn rfind(bytes: &[u8], needle: &[u8]) -> Option<Result<Option<usize>, usize>> {
    dispatch!(Avx2, search::rfind(bytes, needle))
}

/// Reverses groups of `WIDTH` bytes, 2, 4 or 8; says how many bytes from the start are done.
pub(crate) fn swap<const WIDTH: usize>(bytes: &mut [u8]) -> Option<usize> {
    dispatch!(Avx512, swap::swap::<WIDTH>(bytes))
}
