//! What several tests lean on.

use std::env;

/// xorshift32: noise that is the same in every run.
pub struct Noise(pub u32);

impl Noise {
    pub fn next(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.next() as usize % limit
    }

    pub fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// Returns whether the long forms of the tests are wanted.
pub fn is_soak() -> bool {
    env::var_os("SOAK").is_some_and(|value| value == "1")
}
