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

    /// Shows at most `max` bytes: `buffer.INSPECT_MAX_BYTES`.
    #[must_use]
    pub fn at_most(self, max: usize) -> Self {
        Self { max, ..self }
    }

    /// Returns all bytes as JSON, like `JSON.stringify(buffer)`.
    pub fn json(self) -> String {
        let mut json = String::from(r#"{"type":"Buffer","data":["#);
        for byte in self.bytes {
            for unit in [100, 10, 1] {
                if *byte >= unit || unit == 1 {
                    json.push(char::from(b'0' + byte / unit % 10));
                }
            }
            json.push(',');
        }
        let json = json.trim_end_matches(',');
        format!("{json}]}}")
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

/// The same as `Display`.
impl fmt::Debug for Inspect<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Writes a text as `util.inspect` does in an error: quoted, cut at 128 units of UTF-16.
pub(crate) fn inspect_text(text: &str) -> String {
    // Node breaks what is longer than a line at its newlines.
    let quoted = if text.encode_utf16().count() > 124 {
        let lines: Vec<String> = text.split_inclusive('\n').map(quote).collect();
        lines.join(" +\n  ")
    } else {
        quote(text)
    };
    let units: Vec<u16> = quoted.encode_utf16().collect();
    match units.get(..128) {
        Some(start) if units.len() > 128 => String::from_utf16_lossy(start) + "...",
        _ => quoted,
    }
}

/// Quotes with the first of `'`, `"` and a backtick that the text does not have.
fn quote(text: &str) -> String {
    let mark = match (text.contains('\''), text.contains('"')) {
        (true, false) => '"',
        (true, true) if !text.contains('`') && !text.contains("${") => '`',
        _ => '\'',
    };
    let mut quoted = String::from(mark);
    for character in text.chars() {
        match character {
            '\'' if mark == '\'' => quoted += "\\'",
            '\\' | '\n' | '\t' | '\r' => quoted.extend(character.escape_default()),
            '\u{8}' => quoted += "\\b",
            '\u{c}' => quoted += "\\f",
            '\0'..='\x1f' | '\x7f'..='\u{9f}' => {
                quoted += &format!("\\x{:02X}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push(mark);
    quoted
}
