//! Whether bytes are UTF-8, 64 at a time: the lookup algorithm of Keiser and Lemire, "Validating UTF-8 In Less Than
//! One Instruction Per Byte" (2020), <https://arxiv.org/abs/2010.03090>.
//!
//! Every mistake shows in the first 12 bits of two neighbours, but for a third or fourth byte too many or too few.
//! Three tables, one for each 4 bits, say which mistakes are possible; what all three agree on is one.

use super::arch::*;

use super::lanes::load64;

/// What may be wrong with two neighbours, a bit each: which upper halves of the first byte leave it possible, which of its
/// lower halves, and which upper halves of the second byte.
const MISTAKES: [[u16; 3]; 8] = [
    // A lead byte that is not followed by enough.
    [0xf000, 0xffff, 0xf0ff],
    // ASCII followed by a continuation.
    [0x00ff, 0xffff, 0x0f00],
    // Three bytes where two would have done.
    [0x4000, 0x0001, 0x0300],
    // Above U+10FFFF, with a second byte from 0x90 on.
    [0x8000, 0xfff0, 0x0e00],
    // Half a pair of UTF-16.
    [0x4000, 0x2000, 0x0c00],
    // Two bytes where one would have done.
    [0x1000, 0x0003, 0x0f00],
    // Above U+10FFFF, with a second byte below 0x90; or four bytes where three would have done.
    [0x8000, 0xffe1, 0x0100],
    // Two continuations: right after a lead of three or four bytes, and there alone.
    [0x0f00, 0xffff, 0x0f00],
];
const TWO_CONTINUATIONS: u8 = 1 << 7;

/// For each half of a byte, the mistakes that it leaves possible: 16 entries in each quarter of a register, as the shuffle needs them.
const POSSIBLE: [[u8; 64]; 3] = [possible(0), possible(1), possible(2)];

const fn possible(half: usize) -> [u8; 64] {
    let mut table = [0; 64];
    let mut at = 0;
    while at < 8 * 64 {
        let (mistake, place) = (at / 64, at % 64);
        let is_possible = MISTAKES[mistake][half] >> (place % 16) & 1;
        table[place] |= (is_possible << mistake) as u8;
        at += 1;
    }
    table
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
    possible: [__m512i; 3],
    /// Shifts by one, two and three bytes: places in the block before and this one.
    shifts: [__m512i; 3],
    before: __m512i,
    mistakes: __m512i,
}

impl Check {
    #[cfg_attr(not(test), inline, target_feature(enable = "avx512f"))]
    fn new() -> Self {
        Self {
            possible: [0, 1, 2].map(|half| load64(&POSSIBLE[half])),
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
        let halves = [high(one), _mm512_and_si512(one, low_half), high(block)];
        let [first_high, first_low, second_high] =
            [0, 1, 2].map(|half| _mm512_shuffle_epi8(self.possible[half], halves[half]));
        let possible = _mm512_and_si512(_mm512_and_si512(first_high, first_low), second_high);
        // 0xe0 less 0x60 and 0xf0 less 0x70 is 0x80: the top bit where a lead of three bytes is two places before, or one of four is three.
        let third = _mm512_subs_epu8(two, _mm512_set1_epi8(0x60));
        let fourth = _mm512_subs_epu8(three, _mm512_set1_epi8(0x70));
        let top_bit = _mm512_set1_epi8(TWO_CONTINUATIONS.cast_signed());
        let wanted = _mm512_and_si512(_mm512_or_si512(third, fourth), top_bit);
        let mistakes = _mm512_xor_si512(possible, wanted);
        self.mistakes = _mm512_or_si512(self.mistakes, mistakes);
        self.before = block;
    }
}
