//! Base64, both ways, 32 bytes at a time: what `base64.rs` does, with tables of 16 entries.

use std::hint::black_box;

use super::arch::*;

use super::lanes::{load32, store32, twice};
use crate::kernels::{Progress, Skip, next_block};

/// Characters for groups of three bytes.
#[cfg_attr(not(test), target_feature(enable = "avx2"))]
pub fn encode(bytes: &[u8], alphabet: &[u8; 64], out: &mut [u8]) -> Progress {
    // For each group of three bytes a, b, c: the bytes b, a, c, b. The upper half of the register begins at byte 8.
    let spread: [u8; 32] = std::array::from_fn(|place| {
        let start = if place < 16 { 0 } else { 4 };
        start + (place % 16 / 4 * 3 + [1, 0, 2, 1][place % 4]) as u8
    });
    let spread = load32(&spread, 0);
    // What is added to a sextet, for A to Z, for a to z, and for each of the last twelve.
    let offsets = twice(std::array::from_fn(|at| match at {
        0 => alphabet[0],
        1 => alphabet[26].wrapping_sub(26),
        _ => alphabet[(at + 50).min(63)].wrapping_sub(at as u8 + 50),
    }));
    let blocks = bytes.len().saturating_sub(8) / 24;
    let rooms = out.as_chunks_mut::<32>().0.iter_mut().take(blocks);
    let mut done = Progress::default();
    for room in rooms {
        let halves = _mm256_permute4x64_epi64::<0b10_01_01_00>(load32(bytes, done.read));
        let groups = _mm256_shuffle_epi8(halves, spread);
        // Not products, which the paper has: the compiler makes slow code of them.
        let (even, odd) = (
            _mm256_srli_epi16::<10>(groups),
            _mm256_srli_epi16::<6>(groups),
        );
        let right = _mm256_blend_epi16::<0b1010_1010>(even, odd);
        let (even, odd) = (
            _mm256_slli_epi16::<4>(groups),
            _mm256_slli_epi16::<8>(groups),
        );
        let left = _mm256_blend_epi16::<0b1010_1010>(even, odd);
        let low = _mm256_and_si256(right, _mm256_set1_epi16(0x3f));
        let high = _mm256_and_si256(left, _mm256_set1_epi16(0x3f00));
        let sextets = _mm256_or_si256(low, high);
        // 0 up to 25, 1 up to 51, then 2, 3 and so on.
        let beyond_25 = _mm256_cmpgt_epi8(sextets, _mm256_set1_epi8(25));
        let kind = _mm256_sub_epi8(_mm256_subs_epu8(sextets, _mm256_set1_epi8(51)), beyond_25);
        let offset = _mm256_shuffle_epi8(offsets, kind);
        store32(room, _mm256_add_epi8(sextets, offset));
        (done.read, done.written) = (done.read + 24, done.written + 32);
    }
    done
}

/// Bytes for groups of four characters. `signs` are those of `+/` and `-_` that are of the alphabet.
#[cfg_attr(not(test), target_feature(enable = "avx2"))]
pub fn decode(text: &[u8], signs: &[u8], skip: Skip, out: &mut [u8]) -> Progress {
    let plus_slash = if signs.contains(&b'+') { 0b101 } else { 0 };
    let (minus, p_to_z) = match signs.contains(&b'-') {
        true => (0b10, 0x48),
        false => (0, 0x40),
    };
    // A bit for each kind of character. Only one that is of the alphabet has a kind in common with both tables;
    // in the second, `_` is with the letters from P to Z.
    let of_low_half = twice([
        0x50, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x70, 0x60, 0x21, 0x20, 0x22, 0x20,
        0x2c,
    ]);
    let sign_bits = plus_slash | minus;
    let of_high_half = twice([
        0, 0, sign_bits, 0x10, 0x20, p_to_z, 0x20, 0x40, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    // What is added to a character, by its upper half, and once more for `-`, `/` and `_`, by their kind.
    let offsets = twice([0, 0, 19, 4, 191, 191, 185, 185, 0, 0, 0, 0, 0, 0, 0, 0]);
    let more = [0, 0, 254, 0, 253, 0, 0, 0, 33, 0, 0, 0, 0, 0, 0, 0];
    let more = twice(more);
    // Three bytes of each 32 bits, the highest first.
    let packed = twice([
        2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0x80, 0x80, 0x80, 0x80,
    ]);
    let joined = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 0, 0);
    let mut done = Progress::default();
    // Of the last block with a bad character: where it has such and padding, how many good ones come first, and how many
    // bad ones are skipped after them.
    let (mut last_masks, mut chars, mut skips) = ((0, 0), 0, 0);
    while let Some((block, room)) = next_block::<32, 32>(text, out, done) {
        let block = load32(block, 0);
        let high_half = _mm256_and_si256(_mm256_srli_epi16::<4>(block), _mm256_set1_epi8(0x0f));
        let low_half = _mm256_shuffle_epi8(of_low_half, block);
        let kind = _mm256_and_si256(low_half, _mm256_shuffle_epi8(of_high_half, high_half));
        let bad = _mm256_movemask_epi8(_mm256_cmpeq_epi8(kind, _mm256_set1_epi8(0)));
        let offset = _mm256_shuffle_epi8(offsets, high_half);
        let offset = _mm256_add_epi8(offset, _mm256_shuffle_epi8(more, kind));
        let sextets = _mm256_add_epi8(block, offset);
        // a * 64 + b in 16 bits, then ab * 4096 + cd in 32.
        let twelves = _mm256_maddubs_epi16(sextets, _mm256_set1_epi16(0x0140));
        let groups = _mm256_madd_epi16(twelves, _mm256_set1_epi32(0x0001_1000));
        let bytes = _mm256_shuffle_epi8(groups, packed);
        store32(room, _mm256_permutevar8x32_epi32(bytes, joined));
        if bad == 0 {
            (done.read, done.written) = (done.read + 32, done.written + 24);
            continue;
        }
        let padding = _mm256_cmpeq_epi8(block, _mm256_set1_epi8(b'=' as i8));
        let masks = (bad, _mm256_movemask_epi8(padding));
        // Lines mostly have one length: the processor predicts this branch, and need not wait for the masks.
        if masks != last_masks {
            last_masks = masks;
            chars = black_box(bad.trailing_zeros() as usize);
            let skipped = ((bad & !masks.1) as u32) >> chars;
            skips = match skip {
                Skip::Anything if chars.is_multiple_of(4) => skipped.trailing_ones() as usize,
                _ => 0,
            };
            skips = black_box(skips);
        }
        done.read += (chars & !3) + skips;
        done.written += chars / 4 * 3;
        if skips == 0 {
            break;
        }
    }
    done
}
