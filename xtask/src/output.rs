//! What a verb prints. Its reader may be gone: the work goes on, and the exit status still counts.

use std::fmt::Arguments;
use std::io::Write;

/// `println!` for a reader who may be gone.
macro_rules! outln {
    ($($words:tt)*) => { $crate::output::out(format_args!($($words)*)) };
}

/// `eprintln!` for a reader who may be gone.
macro_rules! errln {
    ($($words:tt)*) => { $crate::output::err(format_args!($($words)*)) };
}

/// Prints a line to stdout, or nothing.
pub fn out(words: Arguments) {
    let _ = writeln!(std::io::stdout().lock(), "{words}");
}

/// Prints a line to stderr, or nothing.
pub fn err(words: Arguments) {
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}
