//! What people read on stderr: one line with the causes.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Error;

/// The status of `run`, `exec` and `each` when they fail themselves, as of timeout(1).
pub const OWN_FAILURE: u8 = 125;

/// Prints what clap has to say. `run` and `exec` stand in for another program, whose status 2 must not be taken for ours.
pub fn usage(error: &clap::Error) -> ExitCode {
    // If stderr is closed, there is no place to say so.
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    let verb = std::env::args_os().nth(1).unwrap_or_default();
    let stands_in = ["run", "exec", "each"].iter().any(|name| verb == *name);
    ExitCode::from(if stands_in { OWN_FAILURE } else { 2 })
}

/// The most of a message that is printed, in characters: an item of `each` may be as long as a file.
const MESSAGE_CHARS: usize = 400;

/// Turns an outcome into the exit status; an error is printed with its causes, and its status is `failure`.
pub fn exit(outcome: Result<u8, Error>, failure: u8) -> ExitCode {
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            say(&words(&error));
            ExitCode::from(failure)
        }
    }
}

/// Prints a line on stderr; `eprintln!` would panic if it is closed. A long one, which begins with a name and ends with
/// the cause, is cut in the middle.
pub fn say(text: &str) {
    let mut line: Vec<char> = text.replace('\n', " ").chars().collect();
    if line.len() > MESSAGE_CHARS {
        let half = MESSAGE_CHARS / 2;
        line.splice(half..line.len() - half, ['…']);
    }
    let line = String::from_iter(line);
    let _ = io::stderr().write_all(format!("child-process: {line}\n").as_bytes());
}

/// Returns an error with its causes, without the "(os error 2)" that says the last one again in numbers.
pub fn words(error: &Error) -> String {
    let text = format!("{error:#}");
    let number = text.rfind(" (os error ").filter(|_| text.ends_with(')'));
    text[..number.unwrap_or(text.len())].trim_end().to_owned()
}

/// Returns whether the reader of our output has gone, as `head` does: not an error, just the end.
pub fn is_closed_pipe(error: &Error) -> bool {
    let mut causes = error
        .chain()
        .flat_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}
