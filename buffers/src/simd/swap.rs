//! Reversing the bytes in groups of two, four or eight, 64 bytes at a time.

use super::arch::*;

use super::lanes::{load64, store64};

/// Says how many bytes are done.
#[cfg_attr(not(test), target_feature(enable = "avx512bw"))]
pub fn swap<const WIDTH: usize>(bytes: &mut [u8]) -> usize {
    let reversed: [u8; 64] =
        std::array::from_fn(|place| ((place & !(WIDTH - 1)) + (WIDTH - 1 - place % WIDTH)) as u8);
    let reversed = load64(&reversed);
    let blocks = bytes.as_chunks_mut::<64>().0;
    let done = 64 * blocks.len();
    for block in blocks {
        let swapped = _mm512_shuffle_epi8(load64(block), reversed);
        store64(block, swapped);
    }
    done
}
