//! Bytes in colours: by what they are, so that text, zeros and the rest stand apart.

use std::io::IsTerminal;

use clap::ColorChoice;

/// Returns whether bytes are shown in colours.
pub fn is_on(choice: ColorChoice) -> bool {
    let no_color = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => std::io::stdout().is_terminal() && !no_color(),
    }
}

/// Appends what is shown of `byte` in its colour.
pub fn paint(text: &mut Vec<u8>, byte: u8, shown: &[u8]) {
    let color: &[u8] = match byte {
        0 => b"\x1b[90m",
        0xff => b"\x1b[34m",
        b'\t' | b'\n' | b'\r' => b"\x1b[33m",
        b' '..=b'~' => b"\x1b[32m",
        1..0x80 => b"\x1b[31m",
        _ => b"\x1b[36m",
    };
    text.extend_from_slice(&[color, shown, b"\x1b[0m"].concat());
}
