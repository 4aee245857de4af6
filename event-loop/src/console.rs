//! `console.log` for callbacks, which cannot borrow a writer: lines for stdout, and what became of them.
//!
//! A reader that goes away, as `head` does, must not panic in the middle of a loop. The first failure is kept for whoever asks.

use std::cell::RefCell;
use std::fmt::Arguments;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};

struct Console {
    out: BufWriter<Stdout>,
    terminal: bool,
    failed: Option<io::Error>,
}

thread_local! {
    static CONSOLE: RefCell<Console> = RefCell::new(Console {
        out: BufWriter::new(io::stdout()),
        terminal: io::stdout().is_terminal(),
        failed: None,
    });
}

/// Prints a line, as `println!` does, unless nobody reads any more.
macro_rules! say {
    ($($text:tt)*) => { $crate::console::line(format_args!($($text)*)) };
}
pub(crate) use say;

#[track_caller]
pub fn line(text: Arguments<'_>) {
    event_loop::mark(text);
    CONSOLE.with_borrow_mut(|console| {
        if console.failed.is_none() {
            console.failed = console.write(text).err();
        }
    });
}

/// Whether writing has failed, so that it is no use to go on.
pub fn is_broken() -> bool {
    CONSOLE.with_borrow(|console| console.failed.is_some())
}

/// Writes what is left, and gives the first failure.
pub fn flush() -> io::Result<()> {
    CONSOLE.with_borrow_mut(|console| match console.failed.take() {
        Some(error) => Err(error),
        None => console.out.flush(),
    })
}

impl Console {
    fn write(&mut self, text: Arguments<'_>) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        if self.terminal {
            self.out.flush()
        } else {
            Ok(())
        }
    }
}
