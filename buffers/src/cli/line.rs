//! One line of a dump: the address, the digits in groups, the characters.

use std::io::Write;

use super::color::Palette;

/// Two digits for each byte.
type Digits = [[u8; 2]; 256];

const LOWER: Digits = digits(b"0123456789abcdef");
const UPPER: Digits = digits(b"0123456789ABCDEF");

const fn digits(alphabet: &[u8; 16]) -> Digits {
    let mut table = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = [alphabet[byte >> 4], alphabet[byte & 15]];
        byte += 1;
    }
    table
}

/// What a line looks like.
pub struct Line {
    cols: usize,
    group: usize,
    digits: &'static Digits,
    plain: bool,
    palette: Option<Palette>,
}

impl Line {
    pub fn new(
        cols: usize,
        group: usize,
        upper: bool,
        plain: bool,
        palette: Option<Palette>,
    ) -> Self {
        Self {
            cols,
            group,
            digits: if upper { &UPPER } else { &LOWER },
            plain,
            palette,
        }
    }

    /// Bytes in a full line.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Appends the line that shows `bytes`.
    pub fn push(&self, text: &mut Vec<u8>, address: u64, bytes: &[u8]) {
        match (&self.palette, bytes.first_chunk(), u32::try_from(address)) {
            _ if self.plain => {
                bytes
                    .iter()
                    .for_each(|&byte| text.extend_from_slice(&self.digits[usize::from(byte)]));
                text.push(b'\n');
            }
            (None, Some(bytes), Ok(address)) if (self.cols, self.group) == (16, 2) => {
                self.fast_path(text, address, bytes);
            }
            _ => self.slow_path(text, address, bytes),
        }
    }

    /// A full line of the usual form, which is nearly every line there is: all its places are known.
    fn fast_path(&self, text: &mut Vec<u8>, address: u32, bytes: &[u8; 16]) {
        const DIGITS: usize = 10;
        const CHARACTERS: usize = DIGITS + 8 * 5 + 1;
        const END: usize = CHARACTERS + 16;
        let mut line = [b' '; END + 1];
        for (place, byte) in line.chunks_exact_mut(2).zip(address.to_be_bytes()) {
            place.copy_from_slice(&LOWER[usize::from(byte)]);
        }
        line[8] = b':';
        for (place, pair) in line[DIGITS..]
            .chunks_exact_mut(5)
            .zip(bytes.as_chunks::<2>().0)
        {
            place[..2].copy_from_slice(&self.digits[usize::from(pair[0])]);
            place[2..4].copy_from_slice(&self.digits[usize::from(pair[1])]);
        }
        for (place, &byte) in line[CHARACTERS..].iter_mut().zip(bytes) {
            *place = printable(byte);
        }
        line[END] = b'\n';
        text.extend_from_slice(&line);
    }

    fn slow_path(&self, text: &mut Vec<u8>, address: u64, bytes: &[u8]) {
        let full = 2 * self.cols + (self.cols - 1) / self.group;
        let mut width = 0;
        // Writing into a Vec does not fail.
        let _ = write!(text, "{address:08x}: ");
        for (index, &byte) in bytes.iter().enumerate() {
            if index > 0 && index % self.group == 0 {
                text.push(b' ');
                width += 1;
            }
            self.paint(text, byte, &self.digits[usize::from(byte)]);
            width += 2;
        }
        text.resize(text.len() + full - width + 2, b' ');
        bytes
            .iter()
            .for_each(|&byte| self.paint(text, byte, &[printable(byte)]));
        text.push(b'\n');
    }

    fn paint(&self, text: &mut Vec<u8>, byte: u8, shown: &[u8]) {
        match &self.palette {
            Some(palette) => palette.paint(text, byte, shown),
            None => text.extend_from_slice(shown),
        }
    }
}

fn printable(byte: u8) -> u8 {
    if (b' '..=b'~').contains(&byte) {
        byte
    } else {
        b'.'
    }
}
