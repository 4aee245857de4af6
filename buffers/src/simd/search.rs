//! The last occurrence of a needle: its first and last byte are looked for at 32 positions at once, from the end;
//! `memchr::memmem` does that from the front only. And what comes before a byte, 256 bytes at a time: `memchr` has no AVX-512.

use super::arch::*;

use super::lanes::{load32, load64};

/// False hits that are allowed; one more for every 16 bytes searched, or a quarter of a long needle.
const MAX_FALSE_HITS: usize = 64;

#[cfg_attr(not(test), target_feature(enable = "avx2"))]
pub fn rfind(haystack: &[u8], needle: &[u8]) -> Result<usize, usize> {
    let [first, .., last] = needle else {
        return Err(haystack.len());
    };
    let first = _mm256_set1_epi8(*first as i8);
    let last = _mm256_set1_epi8(*last as i8);
    let reach = needle.len() - 1;
    // Starts from `end` on are ruled out.
    let mut end = haystack.len().saturating_sub(reach);
    let (mut false_hits, bytes_per_hit) = (0_usize, (needle.len() / 4).max(16));
    while let Some(at) = end.checked_sub(32) {
        let begins = _mm256_cmpeq_epi8(load32(haystack, at), first);
        let ends = _mm256_cmpeq_epi8(load32(haystack, at + reach), last);
        let mut hits = _mm256_movemask_epi8(_mm256_and_si256(begins, ends)) as u32;
        while hits != 0 {
            let bit = 31 - hits.leading_zeros();
            let start = at + bit as usize;
            if haystack[start..=start + reach] == *needle {
                return Ok(start);
            }
            hits &= !(1 << bit);
            false_hits += 1;
        }
        end = at;
        if false_hits.saturating_sub(MAX_FALSE_HITS) * bytes_per_hit > haystack.len() - end {
            break;
        }
    }
    // Less than a block is left, or a haystack that is made of needle-like things.
    Err((end + reach).min(haystack.len()))
}

/// Says how many bytes from the start have no `byte`, or fewer.
#[cfg_attr(not(test), target_feature(enable = "avx512bw"))]
pub fn skip_without(bytes: &[u8], byte: u8) -> usize {
    let byte = _mm512_set1_epi8(byte as i8);
    let mut done = 0;
    while let Some(part) = bytes[done..].first_chunk::<256>() {
        let blocks = part.as_chunks().0.iter();
        let hits = blocks.map(|block| _mm512_cmpeq_epi8_mask(load64(block), byte));
        if hits.fold(0, |all, hits| all | hits) != 0 {
            break;
        }
        // From the second part on, each block is a cache line.
        done += 256 - part.as_ptr().addr() % 64;
    }
    done
}
