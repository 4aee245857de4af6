//! What a verb prints. Its reader may be gone: the work goes on, and the exit status still counts.

/// `println!` for a reader who may be gone.
macro_rules! outln {
    ($($words:tt)*) => { $crate::output::line(std::io::stdout(), format_args!($($words)*)) };
}

/// `eprintln!` for a reader who may be gone.
macro_rules! errln {
    ($($words:tt)*) => { $crate::output::line(std::io::stderr(), format_args!($($words)*)) };
}

/// Prints a line in one piece, or nothing.
pub fn line(mut to: impl std::io::Write, words: std::fmt::Arguments) {
    let _ = to.write_all(format!("{words}\n").as_bytes());
}
