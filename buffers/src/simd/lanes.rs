//! Blocks of bytes into vector registers and back, by references that prove their size.

#![expect(unsafe_code, reason = "std's loads and stores take pointers")]

use super::arch::*;

/// Loads 64 bytes.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
pub fn load64(block: &[u8; 64]) -> __m512i {
    // SAFETY: `block` is 64 readable bytes, and the load asks for no alignment.
    unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }
}

/// Loads the 32 bytes from `place` on.
///
/// # Panics
///
/// If there are not as many.
#[cfg_attr(not(test), inline, target_feature(enable = "avx2"))]
pub fn load32(bytes: &[u8], place: usize) -> __m256i {
    let block = &bytes[place..place + 32];
    // SAFETY: `block` is 32 readable bytes, and the load asks for no alignment.
    unsafe { _mm256_loadu_si256(block.as_ptr().cast()) }
}

/// Stores 64 bytes at the start of `room`.
///
/// # Panics
///
/// If there is no room for as many.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
pub fn store64(room: &mut [u8], value: __m512i) {
    let block = &mut room[..64];
    // SAFETY: `block` is 64 writable bytes, and the store asks for no alignment.
    unsafe { _mm512_storeu_si512(block.as_mut_ptr().cast(), value) }
}

/// Stores 32 bytes at the start of `room`.
///
/// # Panics
///
/// If there is no room for as many.
#[cfg_attr(not(test), inline, target_feature(enable = "avx2"))]
pub fn store32(room: &mut [u8], value: __m256i) {
    let block = &mut room[..32];
    // SAFETY: `block` is 32 writable bytes, and the store asks for no alignment.
    unsafe { _mm256_storeu_si256(block.as_mut_ptr().cast(), value) }
}

/// Repeats 16 bytes in each half of a register.
#[cfg_attr(not(test), inline, target_feature(enable = "avx2"))]
pub fn twice(table: [u8; 16]) -> __m256i {
    halves(&table, &table)
}

/// Loads both halves of a register.
#[cfg_attr(not(test), inline, target_feature(enable = "avx2"))]
pub fn halves(low: &[u8; 16], high: &[u8; 16]) -> __m256i {
    // SAFETY: both are 16 readable bytes, and the load asks for no alignment.
    unsafe { _mm256_loadu2_m128i(high.as_ptr().cast(), low.as_ptr().cast()) }
}

/// Returns these `bits` of each 16-bit lane.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512bw"))]
pub fn bits16(lanes: __m512i, bits: i16) -> __m512i {
    _mm512_and_si512(lanes, _mm512_set1_epi16(bits))
}

/// Returns these `bits` of each 32-bit lane.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
pub fn bits32(lanes: __m512i, bits: i32) -> __m512i {
    _mm512_and_si512(lanes, _mm512_set1_epi32(bits))
}

/// Widens the first 32 bytes to 16-bit lanes.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512bw"))]
pub fn widened(block: __m512i) -> __m512i {
    _mm512_cvtepu8_epi16(_mm512_castsi512_si256(block))
}

/// Widens the first 16 units to 32-bit lanes.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
pub fn widened_units(block: __m512i) -> __m512i {
    _mm512_cvtepu16_epi32(_mm512_castsi512_si256(block))
}

/// Returns the bits that any of the three has.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
pub fn or3(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
    _mm512_or_si512(_mm512_or_si512(a, b), c)
}
