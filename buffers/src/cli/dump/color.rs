//! Bytes in colours: by what they are, so that text, zeros and the rest stand apart.

use std::io::IsTerminal;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also into a pipe
    Always,
    /// Nowhere
    Never,
}

impl Color {
    /// Returns the colours, if there are any.
    pub fn palette(self) -> Option<Palette> {
        let wanted = match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                std::io::stdout().is_terminal()
                    && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        wanted.then_some(Palette)
    }
}

/// Which colour a byte has.
pub struct Palette;

impl Palette {
    /// Appends what is shown of `byte` in its colour.
    pub fn paint(&self, text: &mut Vec<u8>, byte: u8, shown: &[u8]) {
        let color: &[u8] = match byte {
            0 => b"\x1b[90m",
            0xff => b"\x1b[34m",
            b'\t' | b'\n' | b'\r' => b"\x1b[33m",
            b' '..=b'~' => b"\x1b[32m",
            1..0x80 => b"\x1b[31m",
            _ => b"\x1b[36m",
        };
        text.extend_from_slice(color);
        text.extend_from_slice(shown);
        text.extend_from_slice(b"\x1b[0m");
    }
}
