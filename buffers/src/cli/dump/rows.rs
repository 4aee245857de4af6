//! The lines of a dump one after the other; with `-a`, a single `*` for many lines of zeros.

use super::Options;
use super::line::Line;

pub struct Rows<'a> {
    pub line: Line<'a>,
    address: u64,
    /// Lines of zeros since the last other one.
    zeros: u64,
}

impl<'a> Rows<'a> {
    pub fn new(options: &'a Options, address: u64) -> Self {
        Self {
            line: Line::new(options),
            address,
            zeros: 0,
        }
    }

    /// Appends the line for `bytes`, or what stands for lines of zeros before it.
    #[inline(always)] // a call for each line would show
    pub fn push(&mut self, text: &mut Vec<u8>, bytes: &[u8]) {
        let is_full = bytes.len() == self.line.cols;
        let autoskip = self.line.options.autoskip;
        if autoskip % 2 == 1 && is_full && bytes.iter().all(|&byte| byte == 0) {
            self.zeros += 1;
        } else {
            self.end_zeros(text, 0);
            self.zeros = 0;
        }
        if self.zeros < 2 {
            self.line.push(text, self.address, bytes);
        }
        self.address = self.address.wrapping_add(bytes.len() as u64);
    }

    /// Ends the dump with the line for the `rest`; without one, the last line is shown even if it is zeros.
    pub fn finish(&mut self, text: &mut Vec<u8>, rest: &[u8]) {
        if !rest.is_empty() {
            self.push(text, rest);
        } else if self.zeros > 1 {
            self.end_zeros(text, 1);
            self.push_zeros(text, 1);
        }
    }

    /// Appends what stands for lines of zeros, but for the first, which is there, and the `last`.
    fn end_zeros(&self, text: &mut Vec<u8>, last: u64) {
        match self.zeros.saturating_sub(1 + last) {
            0 => {}
            // One line is not worth a star.
            1 => self.push_zeros(text, 1 + last),
            _ => text.extend_from_slice(b"*\n"),
        }
    }

    /// Appends a line of zeros, which stands `lines_back` lines before the next one.
    fn push_zeros(&self, text: &mut Vec<u8>, lines_back: u64) {
        let cols = self.line.cols;
        let address = self.address.wrapping_sub(lines_back * cols as u64);
        self.line.push(text, address, &[0; 256][..cols]);
    }
}
