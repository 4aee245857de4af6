//! What people read on stderr: one line with the file's name and the causes.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Error;

/// What the arguments say together makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Usage(pub String);

/// Prints a line on stderr.
pub fn warn(text: &str) {
    // With stderr closed there is nothing to do; `eprintln!` would panic.
    let _ = io::stderr().write_all(format!("buffers: {text}\n").as_bytes());
}

/// Prints `error` with its causes and gives the status for it.
pub fn report(error: &Error) -> ExitCode {
    if let Some(error) = error.downcast_ref::<clap::Error>() {
        let _ = error.print();
        return ExitCode::from(2);
    }
    let causes: Vec<String> = error.chain().map(describe).collect();
    warn(&causes.join(": "));
    ExitCode::from(if error.is::<Usage>() { 2 } else { 1 })
}

/// Returns whether the reader of our output has closed it, as `head` does: that is not an error.
pub fn is_closed_pipe(error: &Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(|cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Returns the text of an error without "(os error 2)", which only repeats it.
fn describe(cause: &(dyn std::error::Error + 'static)) -> String {
    let text = cause.to_string();
    let end = text.rfind(" (os error ").unwrap_or(text.len());
    text[..end].to_owned()
}
