//! UTF-8 to UTF-16 without branches on what the characters are.
//!
//! Every place computes the unit that would start there; a compress instruction keeps those that do.

use super::arch::*;

use super::lanes::{bits16, load64, or3, store64, widened};
use crate::kernels::{Progress, next_block};

#[cfg_attr(
    not(test),
    target_feature(enable = "avx512vl,avx512vbmi2,avx512vbmi,popcnt")
)]
pub fn utf8_to_utf16(text: &str, out: &mut [u8]) -> Progress {
    let text = text.as_bytes();
    let one = _mm512_set1_epi8(1);
    let next = load64(&std::array::from_fn(|place| place as u8 + 1));
    let mut done = Progress::default();
    // Whether the place before was a lead byte of four, so that the low surrogate starts here.
    let mut follows_four = 0;
    while let Some((block, room)) = next_block::<_, 128>(text, out, done) {
        let block = load64(block);
        if _mm512_movepi8_mask(block) == 0 {
            let upper_half = _mm512_shuffle_i64x2::<0b11_10>(block, block);
            store64(room, widened(block));
            store64(&mut room[64..], widened(upper_half));
            (done.read, done.written, follows_four) = (done.read + 64, done.written + 128, 0);
            continue;
        }
        // The bytes at each of 32 places, and the one and the two after it.
        let b0 = widened(block);
        let b1 = widened(_mm512_permutexvar_epi8(next, block));
        let b2 = widened(_mm512_permutexvar_epi8(_mm512_add_epi8(next, one), block));
        let lead = !_mm512_cmpeq_epi16_mask(bits16(b0, 0xc0), _mm512_set1_epi16(0x80));
        let two = _mm512_cmpge_epu16_mask(b0, _mm512_set1_epi16(0xc0));
        let three = _mm512_cmpge_epu16_mask(b0, _mm512_set1_epi16(0xe0));
        let four = _mm512_cmpge_epu16_mask(b0, _mm512_set1_epi16(0xf0));
        let low = (four << 1) | follows_four;
        follows_four = four >> 31;

        let (six1, six2) = (bits16(b1, 0x3f), bits16(b2, 0x3f));
        let of_two = _mm512_or_si512(_mm512_slli_epi16::<6>(bits16(b0, 0x1f)), six1);
        let (high, middle) = (_mm512_slli_epi16::<12>(b0), _mm512_slli_epi16::<6>(six1));
        let of_three = or3(high, middle, six2);
        let mut units = _mm512_mask_mov_epi16(b0, two, of_two);
        units = _mm512_mask_mov_epi16(units, three, of_three);
        if (four | low) != 0 {
            // 0xd800 and the upper ten bits, less the 0x10000 that pairs leave out.
            let top = _mm512_slli_epi16::<8>(bits16(b0, 7));
            let middle = _mm512_slli_epi16::<2>(six1);
            let upper = or3(top, middle, _mm512_srli_epi16::<4>(bits16(b2, 0x30)));
            let high_unit = _mm512_add_epi16(upper, _mm512_set1_epi16(0xd7c0_u16.cast_signed()));
            let low_mark = _mm512_set1_epi16(0xdc00_u16.cast_signed());
            let low_unit = or3(_mm512_slli_epi16::<6>(bits16(b1, 0x0f)), six2, low_mark);
            units = _mm512_mask_mov_epi16(units, four, high_unit);
            units = _mm512_mask_mov_epi16(units, low, low_unit);
        }
        let kept = lead | low;
        store64(room, _mm512_maskz_compress_epi16(kept, units));
        done.read += 32;
        done.written += 2 * kept.count_ones() as usize;
    }
    rewind_to_char_boundary(text, done)
}

/// Blocks end anywhere: takes back a character of which only the beginning was read.
fn rewind_to_char_boundary(text: &[u8], mut done: Progress) -> Progress {
    let is_inside = |at: usize| text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    if !is_inside(done.read) {
        return done;
    }
    let end = done.read;
    while is_inside(done.read) {
        done.read -= 1;
    }
    let is_pair_written = text[done.read] >= 0xf0 && end - done.read >= 2;
    done.written -= if is_pair_written { 4 } else { 2 };
    done
}
