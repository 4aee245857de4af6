//! UTF-16 and Latin-1 to UTF-8 without branches on what the characters are.
//!
//! Every character becomes four bytes, of which some are unused; a compress instruction closes the gaps.

use super::arch::*;

use super::lanes::{bits16, bits32, load64, or3, store32, store64, widened, widened_units};
use crate::kernels::{Progress, next_block};

/// Returns four bytes of UTF-8 for each of 16 characters in 32-bit lanes, unused ones last, and which bytes are used.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512bw,avx512vl"))]
fn utf8_of(characters: __m512i, skipped: u16) -> (__m512i, u64) {
    let at_least = |least| _mm512_cmpge_epu32_mask(characters, _mm512_set1_epi32(least));
    let (two, three, four) = (at_least(0x80), at_least(0x800), at_least(0x1_0000));
    let six = |shifted| bits32(shifted, 0x3f);
    let six0 = six(characters);
    let six1 = six(_mm512_srli_epi32::<6>(characters));
    let six2 = six(_mm512_srli_epi32::<12>(characters));
    let up = |six, marks| _mm512_or_si512(_mm512_slli_epi32::<8>(six), _mm512_set1_epi32(marks));
    let of_two = _mm512_or_si512(_mm512_srli_epi32::<6>(characters), up(six0, 0x80c0));
    let third = _mm512_slli_epi32::<16>(six0);
    let first = _mm512_srli_epi32::<12>(characters);
    let of_three = or3(first, up(six1, 0x0080_80e0), third);
    let mut bytes = _mm512_mask_mov_epi32(characters, two, of_two);
    bytes = _mm512_mask_mov_epi32(bytes, three, of_three);
    let mut used = _mm512_set1_epi32(0x80);
    used = _mm512_mask_mov_epi32(used, two, _mm512_set1_epi32(0x8080));
    used = _mm512_mask_mov_epi32(used, three, _mm512_set1_epi32(0x0080_8080));
    if four != 0 {
        let last = _mm512_or_si512(_mm512_slli_epi32::<16>(six1), _mm512_slli_epi32::<24>(six0));
        let first = up(six2, 0x8080_80f0_u32.cast_signed());
        let of_four = or3(_mm512_srli_epi32::<18>(characters), first, last);
        bytes = _mm512_mask_mov_epi32(bytes, four, of_four);
        used = _mm512_mask_mov_epi32(used, four, _mm512_set1_epi32(0x8080_8080_u32.cast_signed()));
    }
    used = _mm512_mask_mov_epi32(used, skipped, _mm512_setzero_si512());
    (bytes, _mm512_movepi8_mask(used))
}

#[cfg_attr(not(test), target_feature(enable = "avx512vl,avx512vbmi2,popcnt"))]
pub fn utf16_to_utf8(bytes: &[u8], out: &mut [u8]) -> Progress {
    // Of each lane of 16 bits the lowest five count.
    let next_place = load64(&std::array::from_fn(|place| place as u8 / 2 + 1));
    let mut done = Progress::default();
    // Whether the unit before was the high half of a pair, so that this one is written already.
    let mut follows_high = 0;
    while let Some((block, room)) = next_block::<_, 64>(bytes, out, done) {
        let block = load64(block);
        let beyond_ascii = _mm512_test_epi16_mask(block, _mm512_set1_epi16(!0x7f));
        if beyond_ascii == 0 && follows_high == 0 {
            store32(room, _mm512_cvtepi16_epi8(block));
            (done.read, done.written) = (done.read + 64, done.written + 32);
            continue;
        }
        // The units at each of 16 places, and the one after it.
        let units = widened_units(block);
        let next = widened_units(_mm512_permutexvar_epi16(next_place, block));
        let half =
            |units, which| _mm512_cmpeq_epi32_mask(bits32(units, 0xfc00), _mm512_set1_epi32(which));
        let (high, low, low_next) = (half(units, 0xd800), half(units, 0xdc00), half(next, 0xdc00));
        let mut characters = units;
        let paired = high & low_next;
        let written_already = (paired << 1) | follows_high;
        if (high | low) != 0 {
            if (high & !low_next) | (low & !written_already) != 0 {
                break;
            }
            let ten_bits = _mm512_slli_epi32::<10>(bits32(units, 0x3ff));
            let both = _mm512_or_si512(ten_bits, bits32(next, 0x3ff));
            let pair = _mm512_add_epi32(both, _mm512_set1_epi32(0x1_0000));
            characters = _mm512_mask_mov_epi32(characters, paired, pair);
        }
        follows_high = paired >> 15;
        let (encoded, used) = utf8_of(characters, written_already);
        store64(room, _mm512_maskz_compress_epi8(used, encoded));
        done.read += 32;
        done.written += used.count_ones() as usize;
    }
    done.read += 2 * usize::from(follows_high);
    done
}

#[cfg_attr(not(test), target_feature(enable = "avx512vl,avx512vbmi2,popcnt"))]
pub fn latin1_to_utf8(bytes: &[u8], out: &mut [u8]) -> Progress {
    let mut done = Progress::default();
    while let Some((block, room)) = next_block::<_, 64>(bytes, out, done) {
        let whole = load64(block);
        if _mm512_movepi8_mask(whole) == 0 {
            store64(room, whole);
            (done.read, done.written) = (done.read + 64, done.written + 64);
            continue;
        }
        // A lane of 16 bits has room for both bytes.
        let wide = widened(whole);
        let two = _mm512_cmpge_epu16_mask(wide, _mm512_set1_epi16(0x80));
        let (lead, six) = (_mm512_srli_epi16::<6>(wide), bits16(wide, 0x3f));
        let marks = _mm512_set1_epi16(0x80c0_u16.cast_signed());
        let of_two = or3(lead, _mm512_slli_epi16::<8>(six), marks);
        let encoded = _mm512_mask_mov_epi16(wide, two, of_two);
        let both = _mm512_set1_epi16(0x8080_u16.cast_signed());
        let used = _mm512_mask_mov_epi16(_mm512_set1_epi16(0x80), two, both);
        let used = _mm512_movepi8_mask(used);
        store64(room, _mm512_maskz_compress_epi8(used, encoded));
        done.read += 32;
        done.written += used.count_ones() as usize;
    }
    done
}
