//! What people read on stderr: one line with the causes.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Error;

/// Arguments that name what is not there: status 2, as clap's own.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUsage(pub String);

/// Prints what clap has to say, and gives the status for it.
pub fn usage(error: &clap::Error) -> ExitCode {
    // If this fails, there is nowhere to say so.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

/// Prints `error` with its causes and gives the status for it.
pub fn report(error: &Error) -> ExitCode {
    let causes: Vec<String> = error.chain().map(describe).collect();
    say(&causes.join(": ").replace('\n', " "));
    ExitCode::from(if error.is::<WrongUsage>() { 2 } else { 1 })
}

/// Prints a line on stderr.
pub fn say(text: &str) {
    // stderr may be closed; `eprintln!` would panic.
    let _ = io::stderr().write_all(format!("clustering: {text}\n").as_bytes());
}

/// Whether the reader of our output has gone, as `head` does: no error, just the end.
pub fn is_closed_pipe(error: &Error) -> bool {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(closed)
}

/// The text of an error without the "(os error 2)" that says it again in numbers.
fn describe(cause: &(dyn std::error::Error + 'static)) -> String {
    let text = cause.to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text.trim_end().to_owned(),
    }
}
