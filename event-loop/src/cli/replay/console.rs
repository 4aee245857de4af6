//! Prints the lines of a replay, through a buffer: a program may print a million.
//!
//! A program need not end by itself. When its reader goes away, as `head` does, its loop is ended.

use std::cell::RefCell;
use std::fmt::Arguments;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

thread_local! {
    static OUT: RefCell<BufWriter<Stdout>> = RefCell::new(BufWriter::new(io::stdout()));
    static FAILED: RefCell<Option<io::Error>> = const { RefCell::new(None) };
}

/// Prints a line and notes it in the recording.
macro_rules! println {
    ($($text:tt)*) => { $crate::cli::replay::console::print_line(format_args!($($text)*)) };
}
pub(super) use println;

#[track_caller]
pub fn print_line(text: Arguments<'_>) {
    event_loop::mark(text);
    if let Err(error) = OUT.with_borrow_mut(|out| write(out, text)) {
        FAILED.set(Some(error));
        event_loop::exit(1);
    }
}

fn write(out: &mut BufWriter<Stdout>, text: Arguments<'_>) -> io::Result<()> {
    writeln!(out, "{text}")?;
    // A person at a terminal sees each line when it is printed.
    if out.get_ref().is_terminal() {
        out.flush()?;
    }
    Ok(())
}

/// Writes what is left, and gives the last failure.
pub fn flush() -> io::Result<()> {
    let flushed = OUT.with_borrow_mut(Write::flush);
    FAILED.take().map_or(flushed, Err)
}
