//! Base64, both ways, 64 bytes at a time.
//!
//! Encoding and decoding follow Muła and Lemire, "Base64 encoding and decoding at almost the speed of a memory copy" (2020),
//! <https://arxiv.org/abs/1910.05109>: spread the bytes, cut out six bits each, look up the characters, and back.

use super::arch::*;

use super::lanes::{load64, store64};
use crate::kernels::{Progress, next_block};

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
    while let Some((block, room)) = next_block::<_, 64>(bytes, out, done) {
        let groups = _mm512_permutexvar_epi8(spread, load64(block));
        let sextets = _mm512_multishift_epi64_epi8(cuts, groups);
        // The lookup ignores the two bits above the six.
        store64(room, _mm512_permutexvar_epi8(sextets, alphabet));
        done.read += 48;
        done.written += 64;
    }
    done
}
