//! What became of a job: an exit status as of timeout(1), and a line of JSON.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;

use child_process::{Error, Exit, Output, SpawnError};
use serde_json::{Value, json};

use super::message::{OWN_FAILURE, say, words};

/// Returns the exit status that stands for this outcome.
pub fn status(outcome: &Result<Output, Error>) -> u8 {
    match outcome {
        Ok(output) | Err(Error::Failed(output) | Error::Aborted(output)) => status_of(output.exit),
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

/// Says how it failed, if it did.
pub fn explain(name: &OsStr, outcome: Result<Output, Error>) {
    let Err(error) = outcome else { return };
    let cause = match error {
        Error::Failed(output) => output.exit.to_string(),
        Error::TimedOut { after, .. } => format!("timed out after {after:?}"),
        error => words(&error.into()),
    };
    let name = name.to_string_lossy();
    let name = if name.is_empty() { "\"\"" } else { &name };
    say(&format!("{name}: {cause}"));
}

/// Prints what was captured, each line behind the tag if there is one. What was captured on one stream is not lost
/// because the other one is closed.
pub fn print(outcome: &Result<Output, Error>, tag: Option<&[u8]>) -> io::Result<()> {
    let Some(output) = output(outcome) else {
        return Ok(());
    };
    let printed = print_lines(&mut io::stdout().lock(), &output.stdout, tag);
    print_lines(&mut io::stderr().lock(), &output.stderr, tag).and(printed)
}

fn print_lines(to: &mut impl Write, text: &[u8], tag: Option<&[u8]>) -> io::Result<()> {
    let Some(tag) = tag else {
        to.write_all(text)?;
        return to.flush();
    };
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let end: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
        to.write_all(&[tag, b"\t", line, end].concat())?;
    }
    to.flush()
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
