//! Base64: both ways, and picking its characters out of anything else, 64 bytes at a time.
//!
//! Encoding and decoding follow Muła and Lemire, "Base64 encoding and decoding at almost the speed of a memory copy" (2020),
//! <https://arxiv.org/abs/1910.05109>: spread the bytes, cut out six bits each, look up the characters, and back. That a
//! table of 64 entries is one instruction is also what makes the picking short.

use super::arch::*;

use super::Progress;
use super::lanes::{load64, next_block, store64};

/// Characters for groups of three bytes. `alphabet` has 64.
#[cfg_attr(not(test), target_feature(enable = "avx512vbmi"))]
pub fn encode(bytes: &[u8], alphabet: &[u8; 64], out: &mut [u8]) -> Progress {
    // For each group of three bytes a, b, c: the bytes b, a, c, b, from which all four characters can be cut.
    let spread: [u8; 64] =
        std::array::from_fn(|place| place as u8 / 4 * 3 + [1, 0, 2, 1][place % 4]);
    let spread = load64(&spread);
    // Where the six bits of each character begin in 64 bits of this.
    let cuts = _mm512_set1_epi64(i64::from_le_bytes([10, 4, 22, 16, 42, 36, 54, 48]));
    let alphabet = load64(alphabet);
    let mut done = Progress::default();
    while let Some((block, room)) = next_block(bytes, out, done) {
        let groups = _mm512_permutexvar_epi8(spread, load64(block));
        let sextets = _mm512_multishift_epi64_epi8(cuts, groups);
        // The lookup ignores the two bits above the six.
        store64(room, _mm512_permutexvar_epi8(sextets, alphabet));
        done.read += 48;
        done.written += 64;
    }
    done
}

/// Bytes for groups of four characters, up to a block that has anything else. `sextets` says what each ASCII character stands
/// for, with the top bit where it is not of the alphabet.
#[cfg_attr(not(test), target_feature(enable = "avx512vbmi"))]
pub fn decode(text: &[u8], sextets: &[[u8; 64]; 2], out: &mut [u8]) -> Progress {
    let (low, high) = (load64(&sextets[0]), load64(&sextets[1]));
    // Three bytes of each 32 bits, the highest first.
    let packed: [u8; 64] = std::array::from_fn(|place| (place / 3 * 4 + 2 - place % 3) as u8 % 64);
    let packed = load64(&packed);
    let mut done = Progress::default();
    while let Some((block, room)) = next_block(text, out, done) {
        let block = load64(block);
        let sextets = _mm512_permutex2var_epi8(low, block, high);
        if _mm512_movepi8_mask(_mm512_or_si512(sextets, block)) != 0 {
            break;
        }
        // a * 64 + b in 16 bits, then ab * 4096 + cd in 32.
        let twelves = _mm512_maddubs_epi16(sextets, _mm512_set1_epi16(0x0140));
        let groups = _mm512_madd_epi16(twelves, _mm512_set1_epi32(0x0001_1000));
        store64(room, _mm512_permutexvar_epi8(packed, groups));
        done.read += 64;
        done.written += 48;
    }
    done
}

/// Keeps the characters of the alphabet in `text`, up to a `=`.
#[cfg_attr(not(test), target_feature(enable = "avx512vbmi,avx512vbmi2,popcnt"))]
pub fn compact(text: &[u8], table: &[[u8; 64]; 2], out: &mut [u8]) -> Progress {
    let (low, high) = (load64(&table[0]), load64(&table[1]));
    let mut done = Progress::default();
    while let Some((block, room)) = next_block(text, out, done) {
        let block = load64(block);
        if _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8(b'=' as i8)) != 0 {
            break;
        }
        // The table has the top bit where a character is not of the alphabet; a byte above 127 has it itself.
        let chars = _mm512_permutex2var_epi8(low, block, high);
        let kept = !_mm512_movepi8_mask(_mm512_or_si512(chars, block));
        store64(room, _mm512_maskz_compress_epi8(kept, chars));
        done.read += 64;
        done.written += kept.count_ones() as usize;
    }
    done
}
