//! One line of a dump: the address, the digits in groups, the characters.

use std::io::Write;

use super::color;
use super::options::{Options, Style};

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

/// Returns the character of a byte, or a dot.
fn ascii(byte: u8) -> u8 {
    match byte {
        b' '..=b'~' => byte,
        _ => b'.',
    }
}

/// Returns the same in EBCDIC.
fn ebcdic(byte: u8) -> u8 {
    let place = usize::from(byte).checked_sub(0x40);
    place.map_or(b'.', |place| EBCDIC[place])
}

/// The characters of EBCDIC from 0x40 on.
const EBCDIC: &[u8; 192] = b"\
    \x20...........<(+|&.........!$*);~\
    -/.........,%_>?.........`:#@'=\"\
    .abcdefghi.......jklmnopqr^.....\
    ..stuvwxyz...[...............]..\
    {ABCDEFGHI......}JKLMNOPQR......\
    \\.STUVWXYZ......0123456789......";

/// What a line looks like.
pub struct Line<'a> {
    pub options: &'a Options,
    /// Bytes of a full line.
    pub cols: usize,
    group: usize,
    style: Style,
    digits: &'static Digits,
    has_colors: bool,
    /// Nearly every line there is: 16 bytes of hex in pairs, ASCII, without colours, all places known.
    has_fast_path: bool,
}

impl<'a> Line<'a> {
    pub fn new(options: &'a Options) -> Self {
        let (style, cols, group) = (options.style(), options.cols(), options.group());
        let has_colors = color::is_on(options.color);
        let has_layout = (style, cols, group) == (Style::Hex, 16, 2);
        let is_plain = !options.decimal && !options.ebcdic && !has_colors;
        Self {
            options,
            cols,
            group,
            style,
            digits: if options.upper { &UPPER } else { &LOWER },
            has_colors,
            has_fast_path: has_layout && is_plain,
        }
    }

    /// Appends the line that shows `bytes`.
    pub fn push(&self, text: &mut Vec<u8>, address: u64, bytes: &[u8]) {
        match (bytes.first_chunk(), u32::try_from(address)) {
            (Some(bytes), Ok(address)) if self.has_fast_path => {
                self.fast_path(text, address, bytes);
            }
            _ => self.slow_path(text, address, bytes),
        }
    }

    fn fast_path(&self, text: &mut Vec<u8>, address: u32, bytes: &[u8; 16]) {
        const DIGITS: usize = 10;
        const CHARACTERS: usize = DIGITS + 8 * 5 + 1;
        const END: usize = CHARACTERS + 16;
        let mut line = [b' '; END + 1];
        for (place, byte) in line.chunks_exact_mut(2).zip(address.to_be_bytes()) {
            place.copy_from_slice(&LOWER[usize::from(byte)]);
        }
        line[8] = b':';
        let pairs = bytes.as_chunks::<2>().0;
        for (place, pair) in line[DIGITS..].chunks_exact_mut(5).zip(pairs) {
            place[..2].copy_from_slice(&self.digits[usize::from(pair[0])]);
            place[2..4].copy_from_slice(&self.digits[usize::from(pair[1])]);
        }
        for (place, &byte) in line[CHARACTERS..].iter_mut().zip(bytes) {
            *place = ascii(byte);
        }
        line[END] = b'\n';
        text.extend_from_slice(&line);
    }

    #[inline(never)] // the fast path needs the registers
    fn slow_path(&self, text: &mut Vec<u8>, address: u64, bytes: &[u8]) {
        // Writing into a Vec does not fail.
        let _ = if self.options.decimal {
            write!(text, "{:08}: ", address.cast_signed())
        } else {
            write!(text, "{address:08x}: ")
        };
        // With -e, the last group is shown whole.
        let (cells, flip) = match self.style {
            Style::LittleEndian => (self.cols.next_multiple_of(self.group), self.group - 1),
            _ => (self.cols, 0),
        };
        for cell in 0..cells {
            if cell > 0 && cell % self.group == 0 {
                text.push(b' ');
            }
            let byte = bytes.get(cell ^ flip).copied();
            match (self.style, byte) {
                (Style::Bits, None) => text.extend_from_slice(b"        "),
                (_, None) => text.extend_from_slice(b"  "),
                (Style::Bits, Some(bits)) => {
                    self.paint(text, bits, format!("{bits:08b}").as_bytes());
                }
                (_, Some(byte)) => self.paint(text, byte, &self.digits[usize::from(byte)]),
            }
        }
        text.extend_from_slice(b"  ");
        for &byte in bytes {
            let character = if self.options.ebcdic { ebcdic } else { ascii };
            self.paint(text, byte, &[character(byte)]);
        }
        text.push(b'\n');
    }

    fn paint(&self, text: &mut Vec<u8>, byte: u8, shown: &[u8]) {
        match self.has_colors {
            true => color::paint(text, byte, shown),
            false => text.extend_from_slice(shown),
        }
    }
}
