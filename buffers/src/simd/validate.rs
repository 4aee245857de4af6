//! Whether bytes are UTF-8, 64 at a time: the lookup algorithm of Keiser and Lemire, "Validating UTF-8 In Less Than
//! One Instruction Per Byte" (2020), <https://arxiv.org/abs/2010.03090>.
//!
//! Every mistake shows in the first 12 bits of two neighbours, but for a third or fourth byte too many or too few.
//! Three tables, one for each 4 bits, say which mistakes are possible; what all three agree on is one.

use super::arch::*;

use super::lanes::load64;

/// A lead byte that is not followed by enough.
const TOO_SHORT: u8 = 1 << 0;
/// ASCII followed by a continuation.
const TOO_LONG: u8 = 1 << 1;
/// Three bytes where two would have done.
const OVERLONG_3: u8 = 1 << 2;
/// Above U+10FFFF, with a second byte from 0x90 on.
const TOO_LARGE: u8 = 1 << 3;
/// Half a pair of UTF-16.
const SURROGATE: u8 = 1 << 4;
/// Two bytes where one would have done.
const OVERLONG_2: u8 = 1 << 5;
/// Above U+10FFFF, with a second byte below 0x90; or four bytes where three would have done.
const TOO_LARGE_OR_OVERLONG_4: u8 = 1 << 6;
/// Two continuations: right after a lead of three or four bytes, and there alone.
const TWO_CONTINUATIONS: u8 = 1 << 7;

/// What the upper half of the first byte leaves possible.
const FIRST_HIGH: [u8; 16] = {
    let mut table = [TOO_LONG; 16];
    table[0x8] = TWO_CONTINUATIONS;
    table[0x9] = TWO_CONTINUATIONS;
    table[0xa] = TWO_CONTINUATIONS;
    table[0xb] = TWO_CONTINUATIONS;
    table[0xc] = TOO_SHORT | OVERLONG_2;
    table[0xd] = TOO_SHORT;
    table[0xe] = TOO_SHORT | OVERLONG_3 | SURROGATE;
    table[0xf] = TOO_SHORT | TOO_LARGE | TOO_LARGE_OR_OVERLONG_4;
    table
};

/// What the lower half of the first byte leaves possible.
const FIRST_LOW: [u8; 16] = {
    let any = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS;
    let mut table = [any | TOO_LARGE | TOO_LARGE_OR_OVERLONG_4; 16];
    table[0x0] = any | OVERLONG_2 | OVERLONG_3 | TOO_LARGE_OR_OVERLONG_4;
    table[0x1] = any | OVERLONG_2;
    table[0x2] = any;
    table[0x3] = any;
    table[0x4] = any | TOO_LARGE;
    table[0xd] |= SURROGATE;
    table
};

/// What the upper half of the second byte leaves possible.
const SECOND_HIGH: [u8; 16] = {
    let mut table = [TOO_SHORT; 16];
    let continuation = TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS;
    table[0x8] = continuation | OVERLONG_3 | TOO_LARGE_OR_OVERLONG_4;
    table[0x9] = continuation | OVERLONG_3 | TOO_LARGE;
    table[0xa] = continuation | SURROGATE | TOO_LARGE;
    table[0xb] = continuation | SURROGATE | TOO_LARGE;
    table
};

/// Repeats a table of 16 entries in each quarter of a register, as the shuffle needs it.
#[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
fn broadcast_128(table: [u8; 16]) -> __m512i {
    load64(&std::array::from_fn(|place| table[place % 16]))
}

/// Returns `bytes` as text, if they are UTF-8.
#[cfg_attr(not(test), target_feature(enable = "avx512vbmi"))]
pub fn utf8(bytes: &[u8]) -> Option<&str> {
    #[expect(unsafe_code, reason = "std would check again, at a tenth of the speed")]
    // SAFETY: `is_utf8` has looked at every byte. The tests hold it against std's check, with each
    // mistake at each place of a block.
    is_utf8(bytes).then(|| unsafe { str::from_utf8_unchecked(bytes) })
}

#[cfg_attr(not(test), inline, target_feature(enable = "avx512vbmi"))]
fn is_utf8(bytes: &[u8]) -> bool {
    let mut check = Check::new();
    // A block that lies in two cache lines takes twice as long: the first one ends where a line does, after zeros.
    let unaligned = bytes.as_ptr().align_offset(64).min(bytes.len());
    let (head, aligned) = bytes.split_at(unaligned);
    let mut first = [0; 64];
    first[64 - head.len()..].copy_from_slice(head);
    check.block(load64(&first));
    let (blocks, tail) = aligned.as_chunks::<64>();
    let mut fours = blocks.chunks_exact(4);
    for four in &mut fours {
        let [a, b, c, d] = [0, 1, 2, 3].map(|place| load64(&four[place]));
        let any = _mm512_or_si512(_mm512_or_si512(a, b), _mm512_or_si512(c, d));
        // No lead byte among the last three waits for more.
        if _mm512_movepi8_mask(any) == 0 && _mm512_movepi8_mask(check.before) >> 61 == 0 {
            continue;
        }
        for block in [a, b, c, d] {
            check.block(block);
        }
    }
    for block in fours.remainder() {
        check.block(load64(block));
    }
    // Zeros are ASCII, and end a character that the tail has begun.
    let mut last = [0; 64];
    last[..tail.len()].copy_from_slice(tail);
    check.block(load64(&last));
    _mm512_test_epi8_mask(check.mistakes, check.mistakes) == 0
}

struct Check {
    first_high: __m512i,
    first_low: __m512i,
    second_high: __m512i,
    /// Shifts by one, two and three bytes: places in the block before and this one.
    shifts: [__m512i; 3],
    before: __m512i,
    mistakes: __m512i,
}

impl Check {
    #[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
    fn new() -> Self {
        Self {
            first_high: broadcast_128(FIRST_HIGH),
            first_low: broadcast_128(FIRST_LOW),
            second_high: broadcast_128(SECOND_HIGH),
            shifts: [1, 2, 3].map(|by| load64(&std::array::from_fn(|place| 64 - by + place as u8))),
            before: _mm512_setzero_si512(),
            mistakes: _mm512_setzero_si512(),
        }
    }

    #[cfg_attr(not(test), inline, target_feature(enable = "avx512vbmi"))]
    fn block(&mut self, block: __m512i) {
        let [one, two, three] = self
            .shifts
            .map(|shift| _mm512_permutex2var_epi8(self.before, shift, block));
        let low_half = _mm512_set1_epi8(0x0f);
        let high = |bytes| _mm512_and_si512(_mm512_srli_epi16::<4>(bytes), low_half);
        let possible = _mm512_and_si512(
            _mm512_and_si512(
                _mm512_shuffle_epi8(self.first_high, high(one)),
                _mm512_shuffle_epi8(self.first_low, _mm512_and_si512(one, low_half)),
            ),
            _mm512_shuffle_epi8(self.second_high, high(block)),
        );
        // 0xe0 less 0x60 and 0xf0 less 0x70 is 0x80: the top bit where a lead of three bytes is two places before, or one of four is three.
        let third = _mm512_subs_epu8(two, _mm512_set1_epi8(0x60));
        let fourth = _mm512_subs_epu8(three, _mm512_set1_epi8(0x70));
        let wanted = _mm512_and_si512(
            _mm512_or_si512(third, fourth),
            _mm512_set1_epi8(TWO_CONTINUATIONS.cast_signed()),
        );
        let mistakes = _mm512_xor_si512(possible, wanted);
        self.mistakes = _mm512_or_si512(self.mistakes, mistakes);
        self.before = block;
    }
}
