//! UTF-16 and Latin-1 to UTF-8, 16 characters at a time: what `to_utf8.rs` does, with a table in place of the compress
//! instruction. A surrogate ends it.

use super::arch::*;

use super::lanes::{halves, load32, store32};
use crate::kernels::{Progress, next_block};

/// Which bytes of four characters of four bytes are used, for the four that have two bytes or more and the four that have three.
const USED: [[u8; 16]; 256] = {
    let mut table = [[0x80; 16]; 256];
    let mut masks = 0;
    while masks < 256 {
        let (mut used, mut place) = (0, 0);
        while place < 16 {
            let (char, byte) = (place / 4, place % 4);
            if byte == 0 || byte < 3 && masks >> (char + 4 * (byte - 1)) & 1 == 1 {
                table[masks][used] = place as u8;
                used += 1;
            }
            place += 1;
        }
        masks += 1;
    }
    table
};

/// Writes the UTF-8 of eight characters below U+10000, in 32-bit lanes, and returns its length.
#[cfg_attr(not(test), inline, target_feature(enable = "avx2,popcnt"))]
fn write_eight(chars: __m256i, room: &mut [u8]) -> usize {
    let bits = |lanes, bits| _mm256_and_si256(lanes, _mm256_set1_epi32(bits));
    let two = _mm256_cmpgt_epi32(chars, _mm256_set1_epi32(0x7f));
    let three = _mm256_cmpgt_epi32(chars, _mm256_set1_epi32(0x7ff));
    let last = bits(chars, 0x3f);
    let middle = bits(_mm256_srli_epi32::<6>(chars), 0x3f);
    let up = |six, marks| _mm256_or_si256(_mm256_slli_epi32::<8>(six), _mm256_set1_epi32(marks));
    let of_two = _mm256_or_si256(_mm256_srli_epi32::<6>(chars), up(last, 0x80c0));
    let third = _mm256_slli_epi32::<16>(last);
    let first = _mm256_srli_epi32::<12>(chars);
    let of_three = _mm256_or_si256(_mm256_or_si256(first, up(middle, 0x0080_80e0)), third);
    let bytes = _mm256_blendv_epi8(_mm256_blendv_epi8(chars, of_two, two), of_three, three);
    let mask = |lanes| _mm256_movemask_ps(_mm256_castsi256_ps(lanes)) as usize;
    let (two, three) = (mask(two), mask(three));
    let (low, high) = (two & 15 | (three & 15) << 4, two >> 4 | three & 0xf0);
    let packed = _mm256_shuffle_epi8(bytes, halves(&USED[low], &USED[high]));
    store32(room, packed);
    let len = 4 + low.count_ones() as usize;
    let upper_half = _mm256_permute4x64_epi64::<0b11_10>(packed);
    store32(&mut room[len..], upper_half);
    len + 4 + high.count_ones() as usize
}

/// Writes the UTF-8 of 16 units that are no surrogates, and returns its length.
#[cfg_attr(not(test), inline, target_feature(enable = "avx2,popcnt"))]
fn write_sixteen(units: __m256i, room: &mut [u8]) -> usize {
    let zero = _mm256_set1_epi8(0);
    let quarters = _mm256_permute4x64_epi64::<0b11_01_10_00>(units);
    let len = write_eight(_mm256_unpacklo_epi16(quarters, zero), room);
    len + write_eight(_mm256_unpackhi_epi16(quarters, zero), &mut room[len..])
}

#[cfg_attr(not(test), target_feature(enable = "avx2,popcnt"))]
pub fn utf16_to_utf8(bytes: &[u8], out: &mut [u8]) -> Progress {
    let is = |units, bits: u16, value: u16| {
        let bits = _mm256_and_si256(units, _mm256_set1_epi16(bits.cast_signed()));
        let equal = _mm256_cmpeq_epi16(bits, _mm256_set1_epi16(value.cast_signed()));
        _mm256_movemask_epi8(equal)
    };
    let mut done = Progress::default();
    while let Some((block, room)) = next_block::<32, 96>(bytes, out, done) {
        let units = load32(block, 0);
        done.written += if is(units, 0xff80, 0) == -1 {
            let packed = _mm256_packus_epi16(units, units);
            store32(room, _mm256_permute4x64_epi64::<0b10_00>(packed));
            16
        } else if is(units, 0xf800, 0xd800) == 0 {
            write_sixteen(units, room)
        } else {
            break;
        };
        done.read += 32;
    }
    done
}

#[cfg_attr(not(test), target_feature(enable = "avx2,popcnt"))]
pub fn latin1_to_utf8(bytes: &[u8], out: &mut [u8]) -> Progress {
    let zero = _mm256_set1_epi8(0);
    let mut done = Progress::default();
    while let Some((block, room)) = next_block::<32, 128>(bytes, out, done) {
        let quarters = _mm256_permute4x64_epi64::<0b11_01_10_00>(load32(block, 0));
        let len = write_sixteen(_mm256_unpacklo_epi8(quarters, zero), room);
        let back = &mut room[len..];
        done.written += len + write_sixteen(_mm256_unpackhi_epi8(quarters, zero), back);
        done.read += 32;
    }
    done
}
