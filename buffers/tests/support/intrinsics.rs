//! The intrinsics that `src/simd/` calls, in plain Rust: with them, the unit tests run every kernel on every machine.
//!
//! Each does what Intel's guide says, lane by lane: <https://www.intel.com/content/www/us/en/docs/intrinsics-guide/>.
//! That the processor does the same is tested where there is one: `tests/levels.rs` is run with both.

#![expect(non_camel_case_types, reason = "the names are Intel's")]

use std::array::from_fn;

/// 64 bytes.
#[derive(Debug, Clone, Copy)]
pub struct __m512i([u8; 64]);

/// 32 bytes.
#[derive(Debug, Clone, Copy)]
pub struct __m256i([u8; 32]);

/// 16 bytes.
pub type __m128i = [u8; 16];
/// As many bytes, taken as numbers with a fraction.
pub type __m256 = __m256i;

impl __m256i {
    fn u16s(self) -> [u16; 16] {
        from_fn(|at| u16::from_le_bytes([self.0[2 * at], self.0[2 * at + 1]]))
    }

    fn u32s(self) -> [u32; 8] {
        from_fn(|at| u32::from_le_bytes(from_fn(|byte| self.0[4 * at + byte])))
    }

    fn from_u16s(lanes: [u16; 16]) -> Self {
        Self(from_fn(|byte| lanes[byte / 2].to_le_bytes()[byte % 2]))
    }

    fn from_u32s(lanes: [u32; 8]) -> Self {
        Self(from_fn(|byte| lanes[byte / 4].to_le_bytes()[byte % 4]))
    }
}

impl __m512i {
    fn lanes<const WIDTH: usize, const COUNT: usize>(self) -> [[u8; WIDTH]; COUNT] {
        from_fn(|lane| from_fn(|byte| self.0[WIDTH * lane + byte]))
    }

    fn u16s(self) -> [u16; 32] {
        self.lanes().map(u16::from_le_bytes)
    }

    fn u32s(self) -> [u32; 16] {
        self.lanes().map(u32::from_le_bytes)
    }

    fn u64s(self) -> [u64; 8] {
        self.lanes().map(u64::from_le_bytes)
    }

    fn from_u16s(lanes: [u16; 32]) -> Self {
        Self(from_fn(|byte| lanes[byte / 2].to_le_bytes()[byte % 2]))
    }

    fn from_u32s(lanes: [u32; 16]) -> Self {
        Self(from_fn(|byte| lanes[byte / 4].to_le_bytes()[byte % 4]))
    }
}

/// Makes a mask with a bit for each lane.
fn mask(lanes: usize, is_set: impl Fn(usize) -> bool) -> u64 {
    (0..lanes).map(|lane| u64::from(is_set(lane)) << lane).sum()
}

fn bit(mask: impl Into<u64>, lane: usize) -> bool {
    mask.into() >> lane & 1 == 1
}

macro_rules! intrinsics {
    ($($name:ident($($arg:ident: $type:ty),*) -> $result:ty { $body:expr })*) => {
        $(pub fn $name($($arg: $type),*) -> $result {
            $body
        })*
    };
}

#[expect(clippy::too_many_arguments, reason = "Intel's")]
#[rustfmt::skip]
pub fn _mm256_setr_epi32(a: i32, b: i32, c: i32, d: i32, e: i32, f: i32, g: i32, h: i32) -> __m256i {
    __m256i::from_u32s([a, b, c, d, e, f, g, h].map(i32::cast_unsigned))
}

intrinsics! {
    _mm256_set1_epi16(lane: i16) -> __m256i { __m256i::from_u16s([lane as u16; 16]) }
    _mm256_set1_epi32(lane: i32) -> __m256i { __m256i::from_u32s([lane as u32; 8]) }
    _mm256_or_si256(a: __m256i, b: __m256i) -> __m256i { __m256i(from_fn(|at| a.0[at] | b.0[at])) }
    _mm256_add_epi8(a: __m256i, b: __m256i) -> __m256i {
        __m256i(from_fn(|at| a.0[at].wrapping_add(b.0[at])))
    }
    _mm256_sub_epi8(a: __m256i, b: __m256i) -> __m256i {
        __m256i(from_fn(|at| a.0[at].wrapping_sub(b.0[at])))
    }
    _mm256_subs_epu8(a: __m256i, b: __m256i) -> __m256i {
        __m256i(from_fn(|at| a.0[at].saturating_sub(b.0[at])))
    }
    _mm256_cmpgt_epi8(a: __m256i, b: __m256i) -> __m256i {
        __m256i(from_fn(|at| if a.0[at] as i8 > b.0[at] as i8 { 0xff } else { 0 }))
    }
    _mm256_maddubs_epi16(a: __m256i, b: __m256i) -> __m256i { {
        let product = |at: usize| i32::from(a.0[at]) * i32::from(b.0[at] as i8);
        let sum = |lane: usize| product(2 * lane) + product(2 * lane + 1);
        __m256i::from_u16s(from_fn(|at| sum(at).clamp(-0x8000, 0x7fff) as i16 as u16))
    } }
    _mm256_madd_epi16(a: __m256i, b: __m256i) -> __m256i { {
        let (a, b) = (a.u16s(), b.u16s());
        let product = |at: usize| i32::from(a[at] as i16) * i32::from(b[at] as i16);
        let sum = |lane: usize| product(2 * lane).wrapping_add(product(2 * lane + 1));
        __m256i::from_u32s(from_fn(|at| sum(at) as u32))
    } }
    _mm256_shuffle_epi8(a: __m256i, index: __m256i) -> __m256i {
        __m256i(from_fn(|at| match index.0[at] {
            index @ 0..0x80 => a.0[at / 16 * 16 + usize::from(index & 15)],
            _ => 0,
        }))
    }
    _mm256_cmpgt_epi32(a: __m256i, b: __m256i) -> __m256i { {
        let (a, b) = (a.u32s(), b.u32s());
        __m256i::from_u32s(from_fn(|at| if a[at] as i32 > b[at] as i32 { !0 } else { 0 }))
    } }
    _mm256_cmpeq_epi16(a: __m256i, b: __m256i) -> __m256i { {
        let (a, b) = (a.u16s(), b.u16s());
        __m256i::from_u16s(from_fn(|at| if a[at] == b[at] { !0 } else { 0 }))
    } }
    _mm256_blendv_epi8(a: __m256i, b: __m256i, mask: __m256i) -> __m256i {
        __m256i(from_fn(|at| if mask.0[at] < 0x80 { a.0[at] } else { b.0[at] }))
    }
    _mm256_castsi256_ps(a: __m256i) -> __m256 { a }
    _mm256_movemask_ps(a: __m256) -> i32 { mask(8, |at| a.0[4 * at + 3] >= 0x80) as i32 }
    _mm256_packus_epi16(a: __m256i, b: __m256i) -> __m256i { {
        let sources = [a.u16s(), b.u16s()];
        let unit = |at: usize| sources[at / 8 % 2][at / 16 * 8 + at % 8] as i16;
        __m256i(from_fn(|at| unit(at).clamp(0, 255) as u8))
    } }
    _mm256_unpacklo_epi8(a: __m256i, b: __m256i) -> __m256i { unpacked(a, b, 1, 0) }
    _mm256_unpackhi_epi8(a: __m256i, b: __m256i) -> __m256i { unpacked(a, b, 1, 8) }
    _mm256_unpacklo_epi16(a: __m256i, b: __m256i) -> __m256i { unpacked(a, b, 2, 0) }
    _mm256_unpackhi_epi16(a: __m256i, b: __m256i) -> __m256i { unpacked(a, b, 2, 8) }
    _mm256_permutevar8x32_epi32(a: __m256i, index: __m256i) -> __m256i { {
        let (a, index) = (a.u32s(), index.u32s());
        __m256i::from_u32s(from_fn(|at| a[index[at] as usize & 7]))
    } }
    _mm256_and_si256(a: __m256i, b: __m256i) -> __m256i { __m256i(from_fn(|at| a.0[at] & b.0[at])) }
    _mm256_cmpeq_epi8(a: __m256i, b: __m256i) -> __m256i {
        __m256i(from_fn(|at| if a.0[at] == b.0[at] { 0xff } else { 0 }))
    }
    _mm256_movemask_epi8(a: __m256i) -> i32 { mask(32, |at| a.0[at] >= 0x80) as u32 as i32 }
    _mm256_set1_epi8(byte: i8) -> __m256i { __m256i([byte as u8; 32]) }

    _mm512_setzero_si512() -> __m512i { __m512i([0; 64]) }
    _mm512_set1_epi8(lane: i8) -> __m512i { __m512i([lane as u8; 64]) }
    _mm512_set1_epi16(lane: i16) -> __m512i { __m512i::from_u16s([lane as u16; 32]) }
    _mm512_set1_epi32(lane: i32) -> __m512i { __m512i::from_u32s([lane as u32; 16]) }
    _mm512_set1_epi64(lane: i64) -> __m512i { __m512i(from_fn(|at| lane.to_le_bytes()[at % 8])) }

    _mm512_and_si512(a: __m512i, b: __m512i) -> __m512i { __m512i(from_fn(|at| a.0[at] & b.0[at])) }
    _mm512_or_si512(a: __m512i, b: __m512i) -> __m512i { __m512i(from_fn(|at| a.0[at] | b.0[at])) }
    _mm512_xor_si512(a: __m512i, b: __m512i) -> __m512i { __m512i(from_fn(|at| a.0[at] ^ b.0[at])) }

    _mm512_add_epi8(a: __m512i, b: __m512i) -> __m512i {
        __m512i(from_fn(|at| a.0[at].wrapping_add(b.0[at])))
    }
    _mm512_subs_epu8(a: __m512i, b: __m512i) -> __m512i {
        __m512i(from_fn(|at| a.0[at].saturating_sub(b.0[at])))
    }
    _mm512_add_epi16(a: __m512i, b: __m512i) -> __m512i { {
        let (a, b) = (a.u16s(), b.u16s());
        __m512i::from_u16s(from_fn(|at| a[at].wrapping_add(b[at])))
    } }
    _mm512_add_epi32(a: __m512i, b: __m512i) -> __m512i { {
        let (a, b) = (a.u32s(), b.u32s());
        __m512i::from_u32s(from_fn(|at| a[at].wrapping_add(b[at])))
    } }

    _mm512_movepi8_mask(a: __m512i) -> u64 { mask(64, |at| a.0[at] >= 0x80) }
    _mm512_test_epi8_mask(a: __m512i, b: __m512i) -> u64 { mask(64, |at| a.0[at] & b.0[at] != 0) }
    _mm512_test_epi16_mask(a: __m512i, b: __m512i) -> u32 { {
        let (a, b) = (a.u16s(), b.u16s());
        mask(32, |at| a[at] & b[at] != 0) as u32
    } }
    _mm512_cmpeq_epi8_mask(a: __m512i, b: __m512i) -> u64 { mask(64, |at| a.0[at] == b.0[at]) }
    _mm512_cmpeq_epi16_mask(a: __m512i, b: __m512i) -> u32 { {
        let (a, b) = (a.u16s(), b.u16s());
        mask(32, |at| a[at] == b[at]) as u32
    } }
    _mm512_cmpeq_epi32_mask(a: __m512i, b: __m512i) -> u16 { {
        let (a, b) = (a.u32s(), b.u32s());
        mask(16, |at| a[at] == b[at]) as u16
    } }
    _mm512_cmpge_epu16_mask(a: __m512i, b: __m512i) -> u32 { {
        let (a, b) = (a.u16s(), b.u16s());
        mask(32, |at| a[at] >= b[at]) as u32
    } }
    _mm512_cmpge_epu32_mask(a: __m512i, b: __m512i) -> u16 { {
        let (a, b) = (a.u32s(), b.u32s());
        mask(16, |at| a[at] >= b[at]) as u16
    } }

    _mm512_mask_mov_epi16(src: __m512i, mask: u32, a: __m512i) -> __m512i {
        __m512i(from_fn(|at| if bit(mask, at / 2) { a.0[at] } else { src.0[at] }))
    }
    _mm512_mask_mov_epi32(src: __m512i, mask: u16, a: __m512i) -> __m512i {
        __m512i(from_fn(|at| if bit(mask, at / 4) { a.0[at] } else { src.0[at] }))
    }
    _mm512_maskz_compress_epi8(mask: u64, a: __m512i) -> __m512i { {
        let mut kept = (0..64).filter(|&at| bit(mask, at)).map(|at| a.0[at]);
        __m512i(from_fn(|_| kept.next().unwrap_or_default()))
    } }
    _mm512_maskz_compress_epi16(mask: u32, a: __m512i) -> __m512i { {
        let a = a.u16s();
        let mut kept = (0..32).filter(|&at| bit(mask, at)).map(|at| a[at]);
        __m512i::from_u16s(from_fn(|_| kept.next().unwrap_or_default()))
    } }

    _mm512_permutexvar_epi8(index: __m512i, a: __m512i) -> __m512i {
        __m512i(from_fn(|at| a.0[usize::from(index.0[at] & 63)]))
    }
    _mm512_permutexvar_epi16(index: __m512i, a: __m512i) -> __m512i { {
        let (index, a) = (index.u16s(), a.u16s());
        __m512i::from_u16s(from_fn(|at| a[usize::from(index[at] & 31)]))
    } }
    _mm512_permutex2var_epi8(a: __m512i, index: __m512i, b: __m512i) -> __m512i {
        __m512i(from_fn(|at| {
            let index = usize::from(index.0[at]);
            if index & 64 == 0 { a.0[index & 63] } else { b.0[index & 63] }
        }))
    }
    _mm512_shuffle_epi8(a: __m512i, index: __m512i) -> __m512i {
        __m512i(from_fn(|at| match index.0[at] {
            index @ 0..0x80 => a.0[at / 16 * 16 + usize::from(index & 15)],
            _ => 0,
        }))
    }
    _mm512_multishift_epi64_epi8(shifts: __m512i, a: __m512i) -> __m512i { {
        let a = a.u64s();
        __m512i(from_fn(|at| a[at / 8].rotate_right(u32::from(shifts.0[at] & 63)) as u8))
    } }

    _mm512_castsi512_si256(a: __m512i) -> __m256i { __m256i(from_fn(|at| a.0[at])) }
    _mm512_cvtepu8_epi16(a: __m256i) -> __m512i { __m512i::from_u16s(a.0.map(u16::from)) }
    _mm512_cvtepu16_epi32(a: __m256i) -> __m512i {
        __m512i::from_u32s(from_fn(|at| u16::from_le_bytes([a.0[2 * at], a.0[2 * at + 1]]).into()))
    }
    _mm512_cvtepi16_epi8(a: __m512i) -> __m256i { __m256i(from_fn(|at| a.0[2 * at])) }
}

/// Takes lanes of `width` bytes in turn from both, of the eight bytes from `start` on in each half.
fn unpacked(a: __m256i, b: __m256i, width: usize, start: usize) -> __m256i {
    __m256i(from_fn(|at| {
        let source = if (at / width).is_multiple_of(2) { a } else { b };
        source.0[at / 16 * 16 + start + at % 16 / (2 * width) * width + at % width]
    }))
}

pub fn _mm256_slli_epi32<const BY: i32>(a: __m256i) -> __m256i {
    __m256i::from_u32s(a.u32s().map(|lane| lane << BY))
}

pub fn _mm256_srli_epi32<const BY: i32>(a: __m256i) -> __m256i {
    __m256i::from_u32s(a.u32s().map(|lane| lane >> BY))
}

pub fn _mm256_slli_epi16<const BY: i32>(a: __m256i) -> __m256i {
    __m256i::from_u16s(a.u16s().map(|lane| lane << BY))
}

pub fn _mm256_srli_epi16<const BY: i32>(a: __m256i) -> __m256i {
    __m256i::from_u16s(a.u16s().map(|lane| lane >> BY))
}

pub fn _mm256_blend_epi16<const PICKED: i32>(a: __m256i, b: __m256i) -> __m256i {
    let is_b = |at: usize| PICKED >> (at / 2 % 8) & 1 == 1;
    __m256i(from_fn(|at| if is_b(at) { b.0[at] } else { a.0[at] }))
}

pub fn _mm256_permute4x64_epi64<const PICKED: i32>(a: __m256i) -> __m256i {
    let quarter = |at: usize| (PICKED >> (2 * (at / 8)) & 3) as usize;
    __m256i(from_fn(|at| a.0[8 * quarter(at) + at % 8]))
}

pub fn _mm512_slli_epi16<const BY: u32>(a: __m512i) -> __m512i {
    __m512i::from_u16s(a.u16s().map(|lane| lane << BY))
}

pub fn _mm512_srli_epi16<const BY: u32>(a: __m512i) -> __m512i {
    __m512i::from_u16s(a.u16s().map(|lane| lane >> BY))
}

pub fn _mm512_slli_epi32<const BY: u32>(a: __m512i) -> __m512i {
    __m512i::from_u32s(a.u32s().map(|lane| lane << BY))
}

pub fn _mm512_srli_epi32<const BY: u32>(a: __m512i) -> __m512i {
    __m512i::from_u32s(a.u32s().map(|lane| lane >> BY))
}

pub fn _mm512_shuffle_i64x2<const PICKED: i32>(a: __m512i, b: __m512i) -> __m512i {
    let quarter = |at: usize| (PICKED >> (2 * (at / 16)) & 3) as usize;
    let byte = |at: usize| 16 * quarter(at) + at % 16;
    __m512i(from_fn(|at| {
        if at < 32 {
            a.0[byte(at)]
        } else {
            b.0[byte(at)]
        }
    }))
}

#[expect(unsafe_code, reason = "a load takes a pointer")]
mod memory {
    use super::{__m128i, __m256i, __m512i};

    /// # Safety
    ///
    /// There are 16 readable bytes at both.
    pub unsafe fn _mm256_loadu2_m128i(high: *const __m128i, low: *const __m128i) -> __m256i {
        // SAFETY: as the caller says; bytes have no alignment.
        let halves = unsafe { [*low, *high] };
        __m256i(std::array::from_fn(|at| halves[at / 16][at % 16]))
    }

    /// # Safety
    ///
    /// There are 64 readable bytes.
    pub unsafe fn _mm512_loadu_si512(from: *const __m512i) -> __m512i {
        // SAFETY: as the caller says; bytes have no alignment.
        unsafe { *from }
    }

    /// # Safety
    ///
    /// There are 32 readable bytes.
    pub unsafe fn _mm256_loadu_si256(from: *const __m256i) -> __m256i {
        // SAFETY: as the caller says; bytes have no alignment.
        unsafe { *from }
    }

    /// # Safety
    ///
    /// There are 64 writable bytes.
    pub unsafe fn _mm512_storeu_si512(to: *mut __m512i, value: __m512i) {
        // SAFETY: as the caller says; bytes have no alignment.
        unsafe { *to = value };
    }

    /// # Safety
    ///
    /// There are 32 writable bytes.
    pub unsafe fn _mm256_storeu_si256(to: *mut __m256i, value: __m256i) {
        // SAFETY: as the caller says; bytes have no alignment.
        unsafe { *to = value };
    }
}
pub use memory::{
    _mm256_loadu_si256, _mm256_loadu2_m128i, _mm256_storeu_si256, _mm512_loadu_si512,
    _mm512_storeu_si512,
};
