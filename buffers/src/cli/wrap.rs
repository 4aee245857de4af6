//! Digits and characters of base64 in lines of one length.

use std::fs::File;
use std::io::Write;

use anyhow::{Context, Result};

/// Output that begins a new line after `cols` characters; 0 is never.
pub struct Wrapped<'a> {
    pub out: &'a mut File,
    cols: usize,
    column: usize,
}

impl<'a> Wrapped<'a> {
    pub fn new(out: &'a mut File, cols: usize) -> Self {
        Self {
            out,
            cols,
            column: 0,
        }
    }

    pub fn write(&mut self, mut text: &[u8]) -> Result<()> {
        if self.cols == 0 {
            return self.out.write_all(text).context("cannot write");
        }
        let mut lines = Vec::with_capacity(text.len() + text.len() / self.cols + 1);
        while !text.is_empty() {
            let (line, rest) = text.split_at(text.len().min(self.cols - self.column));
            lines.extend_from_slice(line);
            self.column += line.len();
            text = rest;
            if self.column == self.cols {
                lines.push(b'\n');
                self.column = 0;
            }
        }
        self.out.write_all(&lines).context("cannot write")
    }

    /// Ends the last line.
    pub fn finish(self) -> Result<()> {
        let end: &[u8] = if self.column > 0 { b"\n" } else { b"" };
        self.out.write_all(end).context("cannot write")
    }
}
