//! What our own SIMD kernels do. Each call returns `None` where there is no kernel; its caller's scalar code does it all then.
//!
//! Node leaves this to simdutf, in C++. What other crates do well (hex, base64, UTF-8 checks, search of words from the
//! front) is left to them; here is what they lack at that speed. The kernels are in `simd/`; without the feature `simd`
//! that folder is not compiled, and may be deleted.

#[cfg(all(feature = "simd", any(target_arch = "x86_64", test)))]
use crate::simd;

/// How far a kernel came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Bytes of the input that are done.
    pub read: usize,
    /// Bytes of the output that they became.
    pub written: usize,
}

/// Returns the next block of `input` and the room for its result, while both are whole.
#[inline]
pub(crate) fn next_block<'a, const BLOCK: usize, const ROOM: usize>(
    input: &'a [u8],
    out: &'a mut [u8],
    done: Progress,
) -> Option<(&'a [u8; BLOCK], &'a mut [u8; ROOM])> {
    let block = input[done.read..].first_chunk()?;
    Some((block, out[done.written..].first_chunk_mut()?))
}

/// What may stand between two groups of base64 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Skip {
    Nothing,
    /// Anything but a `=`.
    Anything,
}

/// Kernels write whole blocks: output needs room for this many bytes more than the result has.
pub(crate) const SLACK: usize = 128;

/// Returns `bytes` as text, if they are well-formed UTF-8.
pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    checked_utf8(bytes).unwrap_or_else(|| simdutf8::basic::from_utf8(bytes).ok())
}

/// Writes functions that call a kernel if the processor has the level of it.
macro_rules! kernels {
    ($(
        $(#[$doc:meta])*
        $level:ident fn $name:ident $(<$width:ident>)? ($($arg:ident: $type:ty),*) -> $result:ty
            = $($kernel:ident)::*;
    )*) => {$(
        $(#[$doc])*
        pub(crate) fn $name $(<const $width: usize>)? ($($arg: $type),*) -> Option<$result> {
            #[cfg(all(feature = "simd", any(target_arch = "x86_64", test)))]
            if simd::level() >= simd::Level::$level {
                #[expect(unsafe_code, reason = "the processor is not known at compile time")]
                #[cfg_attr(test, expect(unused_unsafe, reason = "emulated kernels are safe"))]
                // SAFETY: the kernel is safe but for the processor features it is compiled with; all of them
                // belong to this level, and `level()` is never more than the processor has.
                return Some(unsafe { simd::$($kernel)::* $(::<$width>)? ($($arg),*) });
            }
            let _ = ($($arg,)*);
            None
        }
    )*
        #[cfg(all(test, feature = "simd"))]
        pub(crate) const LEVELS: &[simd::Level] = &[$(simd::Level::$level),*];
    };
}

kernels! {
    /// As [`utf8`].
    Avx512 fn checked_utf8(bytes: &[u8]) -> Option<&str> = validate::utf8;
    /// UTF-16LE for well-formed UTF-8; `out` needs twice as many bytes and [`SLACK`].
    Avx512 fn utf8_to_utf16(text: &str, out: &mut [u8]) -> Progress = to_utf16::utf8_to_utf16;
    /// UTF-8 for UTF-16LE, up to a lone surrogate at the latest; `out` needs one and a half times as many bytes and [`SLACK`].
    Avx512 fn utf16_to_utf8(bytes: &[u8], out: &mut [u8]) -> Progress = to_utf8::utf16_to_utf8;
    /// As [`utf16_to_utf8`] with less of a processor, up to any surrogate.
    Avx2 fn utf16_to_utf8_avx2(bytes: &[u8], out: &mut [u8]) -> Progress = to_utf8_avx2::utf16_to_utf8;
    /// UTF-8 for Latin-1; `out` needs twice as many bytes and [`SLACK`].
    Avx512 fn latin1_to_utf8(bytes: &[u8], out: &mut [u8]) -> Progress = to_utf8::latin1_to_utf8;
    /// As [`latin1_to_utf8`], with less of a processor.
    Avx2 fn latin1_to_utf8_avx2(bytes: &[u8], out: &mut [u8]) -> Progress = to_utf8_avx2::latin1_to_utf8;
    /// Base64 characters, of this alphabet, for whole groups.
    Avx512 fn encode_base64(bytes: &[u8], alphabet: &[u8; 64], out: &mut [u8]) -> Progress = base64::encode;
    /// As [`encode_base64`], with less of a processor.
    Avx2 fn encode_base64_avx2(bytes: &[u8], alphabet: &[u8; 64], out: &mut [u8]) -> Progress = base64_avx2::encode;
    /// Bytes for whole groups of base64 characters up to anything else, but for what it may skip; `signs` are those of
    /// `+/` and `-_` that are of the alphabet.
    Avx2 fn decode_base64(text: &[u8], signs: &[u8], skip: Skip, out: &mut [u8]) -> Progress = base64_avx2::decode;
    /// The last position of `needle`, of at least two bytes; or as an error, how many bytes from the start are left to search.
    Avx2 fn rfind(bytes: &[u8], needle: &[u8]) -> Result<usize, usize> = search::rfind;
    /// How many bytes from the start have no `byte`, or fewer.
    Avx512 fn skip_without(bytes: &[u8], byte: u8) -> usize = search::skip_without;
    /// Reverses groups of `WIDTH` bytes, 2, 4 or 8; says how many bytes from the start are done.
    Avx2 fn swap<WIDTH>(bytes: &mut [u8]) -> usize = swap::swap;
}
