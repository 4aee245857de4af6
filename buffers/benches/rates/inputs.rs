//! The inputs of the benches, which `benches/bench.mjs` makes in the same way.

/// Bytes without a pattern, always the same: xorshift32.
pub fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    let next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// One, two, three and four bytes a character, mostly one.
pub const MIXED: &str =
    "Größe: naïve café, 東京で会いましょう → 🚀! The rest of the line is plain. ";
pub const ASCII: &str = "The quick brown fox jumps over the lazy dog; 0123456789 times, no less. ";

/// `line` again and again, as many whole times as fit into `len` bytes.
pub fn text(line: &str, len: usize) -> String {
    line.repeat(len / line.len())
}
