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

/// Why a file was not done, and which one is to blame if it is not the input.
pub struct Failure {
    path: Option<PathBuf>,
    error: Error,
}

impl Failure {
    pub fn of(path: &Path, error: streams::Error) -> Self {
        Self {
            path: Some(path.to_owned()),
            error: error.into(),
        }
    }
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self {
            path: None,
            error: error.into(),
        }
    }
}

/// Prints why `input` was not done, if it was not.
pub fn report_result(input: &Path, done: Result<Outcome, Failure>) -> Outcome {
    match done {
        Ok(outcome) => outcome,
        // Only stdout may be closed by its reader.
        Err(Failure {
            path: Some(path),
            error,
        }) if path == Path::new("stdout") && is_closed_pipe(&error) => Outcome::Done,
        Err(Failure { path, error }) => report(Some(path.as_deref().unwrap_or(input)), &error),
    }
}

/// Prints `error` with the name of the file it happened to.
pub fn report(file: Option<&Path>, error: &Error) -> Outcome {
    let mut text = error.chain().map(describe).collect::<Vec<_>>().join(": ");
    if let Some(streams::Error::Exists) = error.downcast_ref() {
        text.push_str("; -f overwrites it");
    }
    say(file, &text);
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
    let line = match file {
        Some(file) => format!("streams: {}: {text}\n", shown(file)),
        None => format!("streams: {text}\n"),
    };
    // Fails if stderr is closed; `eprintln!` would panic then.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// Returns a path as it may be sent to a terminal.
pub fn shown(path: &Path) -> String {
    if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        escaped(&path.to_string_lossy())
    }
}

/// Returns `text` with the characters escaped that a terminal acts on: controls, and those that turn the order of reading.
pub fn escaped(text: &str) -> String {
    let acts = |character: char| {
        let turns = matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        character.is_control() || turns || character == '\\'
    };
    let escape = |character: char| match acts(character) {
        true => character.escape_debug().to_string(),
        false => character.to_string(),
    };
    text.chars().map(escape).collect()
}

/// Returns whether the reader of our output has gone, as `head` does: no error, just the end.
pub fn is_closed_pipe(error: &Error) -> bool {
    let closed = |cause: &(dyn std::error::Error + 'static)| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    };
    error.chain().any(closed)
}

/// Returns the text of an error without the "(os error 2)" that says it again in numbers.
fn describe(cause: &(dyn std::error::Error + 'static)) -> String {
    let text = cause.to_string();
    match text.rfind(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
