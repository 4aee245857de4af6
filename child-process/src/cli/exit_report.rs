//! What became of a job: an exit status as of timeout(1), and a line of JSON.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use child_process::{Error, Exit, Output, SpawnError};
use serde_json::{Map, Value, json};

use super::message::{OWN_FAILURE, say, words};

/// Returns the exit status that stands for this outcome.
pub fn status(outcome: &Result<Output, Error>) -> u8 {
    match outcome {
        Ok(output) => status_of(output.exit),
        Err(Error::Failed { output, .. } | Error::Aborted { output, .. }) => status_of(output.exit),
        Err(Error::TimedOut { output, .. }) if output.exit == Exit::Signal(9) => 137,
        Err(Error::TimedOut { .. }) => 124,
        Err(Error::Spawn { cause, .. }) => match cause {
            SpawnError::NoProgram { .. } => 127,
            SpawnError::NoInterpreter { .. } => 126,
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
    match outcome {
        Ok(output) => Some(output),
        Err(error) => error.output(),
    }
}

/// Returns a line for programs. Bytes that are not UTF-8 are told a second time, in hex.
pub fn json(command: &OsStr, outcome: &Result<Output, Error>) -> Value {
    let output = output(outcome);
    let exit = output.map(|output| match output.exit {
        Exit::Code(code) => json!({ "code": code }),
        Exit::Signal(_) => json!({ "signal": output.exit.signal_name() }),
    });
    let mut fields = Map::new();
    add_bytes(&mut fields, "cmd", Some(command.as_bytes()));
    fields.insert("pid".to_owned(), json!(output.map(|output| output.pid)));
    fields.insert("exit".to_owned(), json!(exit));
    let is_told = matches!(
        outcome,
        Ok(_) | Err(Error::Failed { .. } | Error::TimedOut { .. } | Error::MaxBuffer { .. })
    );
    fields.insert(
        "error".to_owned(),
        outcome
            .as_ref()
            .err()
            .filter(|_| !is_told)
            .map(ToString::to_string)
            .into(),
    );
    fields.insert(
        "timed_out".to_owned(),
        matches!(outcome, Err(Error::TimedOut { .. })).into(),
    );
    fields.insert(
        "truncated".to_owned(),
        matches!(outcome, Err(Error::MaxBuffer { .. })).into(),
    );
    let elapsed =
        output.map(|output| u64::try_from(output.elapsed.as_millis()).unwrap_or(u64::MAX));
    fields.insert("elapsed_ms".to_owned(), elapsed.into());
    add_bytes(
        &mut fields,
        "stdout",
        output.map(|output| &output.stdout[..]),
    );
    add_bytes(
        &mut fields,
        "stderr",
        output.map(|output| &output.stderr[..]),
    );
    Value::Object(fields)
}

/// Adds a field with the text of `bytes`.
pub fn add_bytes(fields: &mut Map<String, Value>, name: &str, bytes: Option<&[u8]>) {
    fields.insert(name.to_owned(), bytes.map(String::from_utf8_lossy).into());
    if let Some(bytes) = bytes.filter(|bytes| std::str::from_utf8(bytes).is_err()) {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        fields.insert(format!("{name}_hex"), hex.into());
    }
}
