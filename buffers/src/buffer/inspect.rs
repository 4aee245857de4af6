//! What `console.log(buffer)` prints: `<Buffer 48 65 6c 6c 6f>`, and `toJSON`.

use std::fmt::{self, Write};

/// Bytes as Node shows them.
///
/// # Examples
///
/// ```
/// use buffers::Inspect;
///
/// assert_eq!(Inspect::of(b"Hello").to_string(), "<Buffer 48 65 6c 6c 6f>");
/// assert_eq!(Inspect::of(b"Hello").at_most(3).to_string(), "<Buffer 48 65 6c ... 2 more bytes>");
/// assert_eq!(Inspect::of(b"Hi").json(), r#"{"type":"Buffer","data":[72,105]}"#);
/// ```
#[derive(Clone, Copy)]
pub struct Inspect<'a> {
    bytes: &'a [u8],
    max: usize,
}

impl<'a> Inspect<'a> {
    /// Shows `bytes`, the first 50 of them.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, max: 50 }
    }

    /// Shows at most so many bytes: `buffer.INSPECT_MAX_BYTES`.
    #[must_use]
    pub fn at_most(self, max: usize) -> Self {
        Self { max, ..self }
    }

    /// All of them, as `JSON.stringify(buffer)` has it.
    pub fn json(self) -> String {
        let numbers: Vec<String> = self.bytes.iter().map(u8::to_string).collect();
        format!(r#"{{"type":"Buffer","data":[{}]}}"#, numbers.join(","))
    }
}

impl fmt::Display for Inspect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &self.bytes[..self.bytes.len().min(self.max)];
        f.write_str("<Buffer ")?;
        for (index, byte) in shown.iter().enumerate() {
            let gap = if index > 0 { " " } else { "" };
            write!(f, "{gap}{byte:02x}")?;
        }
        match self.bytes.len() - shown.len() {
            0 => {}
            1 => f.write_str(" ... 1 more byte")?,
            more => write!(f, " ... {more} more bytes")?,
        }
        f.write_char('>')
    }
}

/// The same: what people print when they look for something.
impl fmt::Debug for Inspect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
