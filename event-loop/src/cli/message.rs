//! What people read on stderr: one line with the file's name and the causes.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Error;

/// Arguments that do not go together: status 2, as clap's own.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongUsage(pub &'static str);

/// Prints `error` with its causes and gives the status for it.
pub fn report(error: &Error) -> ExitCode {
    let causes: Vec<String> = error.chain().map(describe).collect();
    // If stderr is closed, the message is lost; `eprintln!` would panic.
    let line = format!("event-loop: {}\n", causes.join(": "));
    let _ = io::stderr().write_all(line.as_bytes());
    ExitCode::from(if error.is::<WrongUsage>() { 2 } else { 1 })
}

/// Whether the reader of our output has gone, as `head` does: no error, just the end.
pub fn is_closed_pipe(error: &Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(|cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// The text of an error without the "(os error 2)" that says it again in numbers.
fn describe(cause: &(dyn std::error::Error + 'static)) -> String {
    let text = cause.to_string();
    let before = text.rsplit_once(" (os error ").map(|(before, _)| before);
    before.unwrap_or(&text).to_owned()
}
