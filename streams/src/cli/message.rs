//! Messages on stderr: one line for each failure, with the file's name and the causes.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Error;

/// How a command ended; of several files, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Done,
    /// The output is whole, but something about the input was odd.
    Warned,
    Failed,
}

impl Outcome {
    /// gzip's exit status.
    pub fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Warned => 2,
            Self::Failed => 1,
        }
    }
}

/// The context of an error that is about the output: its path.
#[derive(Debug, thiserror::Error)]
#[error("{}", shown(.0))]
pub struct InOutput(pub PathBuf);

/// Prints `error` with the name of the file that it is about: the output's, or `input`.
pub fn report(input: Option<&Path>, error: &Error) -> Outcome {
    let output = error.downcast_ref::<InOutput>();
    // Only stdout may be closed by its reader.
    if output.is_some_and(|output| output.0 == Path::new("stdout")) && is_closed_pipe(error) {
        return Outcome::Done;
    }
    let mut text = error.chain().map(describe).collect::<Vec<_>>().join(": ");
    if let Some(streams::Error::Exists) = error.downcast_ref() {
        text.push_str("; -f overwrites it");
    }
    say(input.filter(|_| output.is_none()), &text);
    Outcome::Failed
}

/// Prints that something about `file` is odd, unless `quiet`.
pub fn warn(file: &Path, text: &str, quiet: bool) -> Outcome {
    if !quiet {
        say(Some(file), &format!("warning: {text}"));
    }
    Outcome::Warned
}

/// Prints one line on stderr.
pub fn say(file: Option<&Path>, text: &str) {
    let name = file.map(|file| shown(file) + ": ").unwrap_or_default();
    // Fails if stderr is closed; `eprintln!` would panic then.
    let _ = io::stderr().write_all(format!("streams: {name}{text}\n").as_bytes());
}

/// Returns a path as it may be sent to a terminal.
pub fn shown(path: &Path) -> String {
    match path == Path::new("-") {
        true => "stdin".to_owned(),
        false => escaped(&path.to_string_lossy()),
    }
}

/// Returns `text` with what does not print escaped: a terminal acts on controls, and on marks that turn the order of reading.
pub fn escaped(text: &str) -> String {
    let escaped = text.escape_debug().to_string();
    // Quotes do print.
    escaped.replace("\\\"", "\"").replace("\\'", "'")
}

/// Returns whether the reader of our output has gone, as `head` does: no error, just the end.
pub fn is_closed_pipe(error: &Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref());
    causes.any(|cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// Returns the text of an error without the "(os error 2)" that says it again in numbers.
fn describe(cause: &(dyn std::error::Error + 'static)) -> String {
    let text = cause.to_string();
    let end = text.rfind(" (os error ").unwrap_or(text.len());
    text[..end].to_owned()
}
