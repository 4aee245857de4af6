//! `exec`: one shell line, its output kept, stdout and stderr apart.
//!
//! Twin: `golden/02-output.mjs`. The output is bytes here; `stdout_text` makes of them what Node does.

use std::io::Write;

use child_process::{Output, exec};
use serde_json::json;

/// Prints what lines of shell have written.
pub async fn output(out: &mut dyn Write) -> anyhow::Result<()> {
    for (label, line) in [
        ("plain", "echo hello"),
        ("both", "echo out1; echo err >&2; echo out2"),
        ("pipeline", "printf 'b\\na\\nc\\n' | sort | tr a-z A-Z"),
        ("arithmetic", "x=3; echo $((x * 14))"),
        ("no newline", "printf 'no newline'"),
        ("empty", "true"),
        ("utf-8", "printf 'h\\303\\251llo \\342\\202\\254\\n'"),
        ("bad utf-8", "printf 'a\\377b'"),
    ] {
        writeln!(out, "{label}: {}", shown(&exec(line).await?))?;
    }

    // No callback: what `err` says there, `Result` says here.
    match exec("echo callback").await {
        Ok(output) => writeln!(out, "callback: err=null {}", shown(&output))?,
        Err(error) => writeln!(out, "callback: err={error}")?,
    }

    // Two commands run at the same time; results come in the order of the calls.
    let (slow, fast) = futures::try_join!(
        exec("sleep 0.2; echo slow").into_future(),
        exec("echo fast").into_future()
    )?;
    let (slow, fast) = (slow.stdout_text(), fast.stdout_text());
    writeln!(out, "parallel: {} {}", slow.trim(), fast.trim())?;
    Ok(())
}

fn shown(output: &Output) -> String {
    let (stdout, stderr) = (json!(output.stdout_text()), json!(output.stderr_text()));
    format!("stdout={stdout} stderr={stderr}")
}
