//! What a verb prints. Whoever reads it may stop reading: the work goes on, and its exit status still counts.

use std::fmt::Arguments;
use std::io::Write;

/// `println!` for a reader who may be gone.
macro_rules! outln {
    ($($words:tt)*) => { $crate::output::line(format_args!($($words)*)) };
}

/// `eprint!` for a reader who may be gone.
macro_rules! err {
    ($($words:tt)*) => { $crate::output::aside(format_args!($($words)*)) };
}

/// Prints a line to stdout, or nothing.
pub fn line(words: Arguments) {
    let _ = writeln!(std::io::stdout().lock(), "{words}");
}

/// Prints to stderr, or nothing.
pub fn aside(words: Arguments) {
    let _ = write!(std::io::stderr().lock(), "{words}");
}
