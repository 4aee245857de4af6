//! A command that fails: what the error carries, and that the output is kept.
//!
//! Twin: `golden/03-errors.mjs`. Node's `code` and `signal`, of which one is null, are an enum here, [`child_process::Exit`].

use std::io::Write;

use child_process::exec;
use serde_json::json;

/// Prints what became of lines that fail, and of some that do not.
pub async fn errors(out: &mut dyn Write) -> anyhow::Result<()> {
    for line in [
        "exit 3",
        "echo kept; echo bad >&2; exit 42",
        "false",
        "exit 255",
        "exit 0",
        "kill -TERM $$",
        "sh -c \"exit 7\"; true",
        "false || echo recovered",
    ] {
        let output = match exec(line).await {
            Ok(output) => {
                writeln!(out, "{} ok", json!(line))?;
                output
            }
            Err(error) => {
                writeln!(out, "{} failed", json!(line))?;
                let code = error
                    .code()
                    .map_or("null".to_owned(), |code| code.to_string());
                let signal = error.signal().unwrap_or("null".to_owned());
                writeln!(
                    out,
                    "  code={code} killed={} signal={signal}",
                    error.killed()
                )?;
                writeln!(out, "  cmd={}", json!(line))?;
                writeln!(out, "  message={}", json!(error.to_string()))?;
                error.output().cloned().ok_or(error)?
            }
        };
        let (stdout, stderr) = (json!(output.stdout_text()), json!(output.stderr_text()));
        writeln!(out, "  stdout={stdout} stderr={stderr}")?;
    }
    Ok(())
}
