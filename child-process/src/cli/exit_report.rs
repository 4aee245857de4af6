//! What became of a job: an exit status as of timeout(1), and a line of JSON.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;

use child_process::{Error, Exit, Output, SpawnError};
use serde_json::{Value, json};

use super::message::{OWN_FAILURE, say, words};

/// Returns the exit status that stands for this outcome.
pub fn status(outcome: &Result<Output, Error>) -> u8 {
    match outcome {
        Ok(output) => status_of(output.exit),
        Err(Error::Failed(output) | Error::Aborted(output)) => status_of(output.exit),
        Err(Error::TimedOut { output, .. }) if output.exit == Exit::Signal(9) => 137,
        Err(Error::TimedOut { .. }) => 124,
        Err(Error::Spawn { cause, .. }) => match cause {
            SpawnError::NoProgram => 127,
            SpawnError::NoInterpreter => 126,
            SpawnError::System(error) if error.kind() == ErrorKind::PermissionDenied => 126,
            _ => OWN_FAILURE,
        },
        Err(_) => OWN_FAILURE,
    }
}

fn status_of(exit: Exit) -> u8 {
    let number = match exit {
        Exit::Code(code) => code,
        Exit::Signal(signal) => 128 + signal,
        Exit::StillRunning => OWN_FAILURE.into(),
    };
    u8::try_from(number).unwrap_or(u8::MAX)
}

/// Says what the status does not: that it could not be started, that the time was over, that there was too much.
pub fn explain(name: &str, outcome: Result<Output, Error>) {
    match outcome {
        Ok(_) | Err(Error::Failed { .. }) => {}
        Err(Error::TimedOut { after, .. }) => say(&format!("{name}: timed out after {after:?}")),
        Err(error) => say(&words(&error.into())),
    }
}

/// Returns what was captured, whatever the outcome.
pub fn output(outcome: &Result<Output, Error>) -> Option<&Output> {
    outcome.as_ref().map_or_else(Error::output, Some)
}

/// Returns a line for programs. Bytes that are not UTF-8 are told a second time, in hex.
pub fn json(command: &OsStr, outcome: &Result<Output, Error>) -> Value {
    let output = output(outcome);
    let exit = output.map(|output| match output.exit {
        Exit::Code(code) => json!({ "code": code }),
        Exit::Signal(_) => json!({ "signal": output.exit.signal_name() }),
        Exit::StillRunning => Value::Null,
    });
    let is_timed_out = matches!(outcome, Err(Error::TimedOut { .. }));
    let is_truncated = matches!(outcome, Err(Error::MaxBuffer { .. }));
    let is_told = is_timed_out || is_truncated || matches!(outcome, Err(Error::Failed(_)));
    let error = outcome.as_ref().err().filter(|_| !is_told);
    let mut record = json!({
        "cmd": null,
        "pid": output.map(|output| output.pid),
        "exit": exit,
        "error": error.map(ToString::to_string),
        "timed_out": is_timed_out,
        "truncated": is_truncated,
        "elapsed_ms": output.map(|output| output.elapsed.as_millis()),
        "stdout": null,
        "stderr": null,
    });
    add_bytes(&mut record, "cmd", command.as_bytes());
    if let Some(output) = output {
        add_bytes(&mut record, "stdout", &output.stdout);
        add_bytes(&mut record, "stderr", &output.stderr);
    }
    record
}

/// Sets a field to the text of `bytes`.
pub fn add_bytes(record: &mut Value, name: &str, bytes: &[u8]) {
    record[name] = String::from_utf8_lossy(bytes).into();
    if std::str::from_utf8(bytes).is_err() {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        record[format!("{name}_hex")] = hex.into();
    }
}
