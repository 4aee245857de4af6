//! A command that fails: the error says how it ended, and keeps what was printed before.
//!
//! Node's `code` and `signal`, of which one is null, are one enum here, `child_process::Exit`.

use anyhow::Context;
use child_process::{Exit, exec};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    for line in [
        "exit 3",
        "echo kept; echo bad >&2; exit 42",
        "false",
        "exit 255",
        "exit 0",
        "kill -TERM $$", // death by a signal: no code
        "sh -c \"exit 7\"; true",
        "false || echo recovered",
    ] {
        match exec(line).await {
            Ok(output) => println!("{line:?} ok, stdout={:?}", output.stdout_text()),
            Err(error) => {
                println!("{line:?} failed: {:?}", error.to_string());
                let output = error.output().context("it ran")?;
                let (stdout, stderr) = (output.stdout_text(), output.stderr_text());
                let (code, signal) = match output.exit {
                    Exit::Code(code) => (code.to_string(), "null".to_owned()),
                    exit => ("null".to_owned(), exit.to_string()),
                };
                println!("  code={code} signal={signal} killed={}", error.killed());
                println!("  stdout={stdout:?} stderr={stderr:?}");
            }
        }
    }
    Ok(())
}
