//! What became of a job: an exit status as timeout(1) gives it, and a line of JSON.

use child_process::{Error, Exit, Output, SpawnError};
use serde_json::{Value, json};

use super::message::{OWN_FAILURE, say, words};

/// The exit status that stands for this outcome.
pub fn status(outcome: &Result<Output, Error>) -> u8 {
    match outcome {
        Ok(output) => status_of(output.exit),
        Err(Error::Failed { output, .. } | Error::Aborted { output, .. }) => status_of(output.exit),
        Err(Error::TimedOut { output, .. }) if output.exit == Exit::Signal(9) => 137,
        Err(Error::TimedOut { .. }) => 124,
        Err(Error::Spawn { cause, .. }) => match cause {
            SpawnError::NoProgram { .. } => 127,
            SpawnError::System(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                126
            }
            _ => OWN_FAILURE,
        },
        Err(_) => OWN_FAILURE,
    }
}

fn status_of(exit: Exit) -> u8 {
    let number = match exit {
        Exit::Code(code) => code,
        Exit::Signal(signal) => 128 + signal,
    };
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// Says what is not to be seen from the status: that it could not be started, that the time was over, that there was too much.
pub fn explain(outcome: Result<Output, Error>) {
    match outcome {
        Ok(_) | Err(Error::Failed { .. }) => {}
        Err(error) => say(&words(&error.into())),
    }
}

/// What was captured, whatever the outcome.
pub fn output(outcome: &Result<Output, Error>) -> Option<&Output> {
    match outcome {
        Ok(output) => Some(output),
        Err(error) => error.output(),
    }
}

/// One line for programs.
pub fn json(command: &str, outcome: &Result<Output, Error>) -> Value {
    let output = output(outcome);
    let exit = output.map(|output| match output.exit {
        Exit::Code(code) => json!({ "code": code }),
        Exit::Signal(_) => json!({ "signal": output.exit.signal_name() }),
    });
    let error = match outcome {
        Err(error @ (Error::Spawn { .. } | Error::Io { .. })) => Some(format!("{error}")),
        _ => None,
    };
    json!({
        "cmd": command,
        "exit": exit,
        "error": error,
        "timed_out": matches!(outcome, Err(Error::TimedOut { .. })),
        "truncated": matches!(outcome, Err(Error::MaxBuffer { .. })),
        "elapsed_ms": output.map(|output| u64::try_from(output.elapsed.as_millis()).unwrap_or(u64::MAX)),
        "stdout": output.map(Output::stdout_text),
        "stderr": output.map(Output::stderr_text),
    })
}
