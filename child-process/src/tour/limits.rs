//! Input for a child, a time limit, a limit of output, and the end of a whole family.
//!
//! Twin: `golden/08-limits.mjs`. Every `kill` and time limit here is for the child's group; Node needs `detached` and `-pid`.

use std::io::Write;
use std::time::Duration;

use anyhow::{Context, bail};
use child_process::{Signal, exec, exec_file};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};

/// Prints what each limit did.
pub async fn limits(out: &mut dyn Write) -> anyhow::Result<()> {
    let upper = exec_file("tr", ["a-z", "A-Z"]).input("hello").await?;
    writeln!(out, "input: {}", upper.stdout_text())?;

    let Err(late) = exec("exec sleep 30")
        .timeout(Duration::from_millis(100))
        .await
    else {
        bail!("nobody sleeps that fast");
    };
    let code = late
        .code()
        .map_or("null".to_owned(), |code| code.to_string());
    let signal = late.signal().unwrap_or("null".to_owned());
    writeln!(
        out,
        "timeout: code={code} killed={} signal={signal}",
        late.killed()
    )?;

    let Err(much) = exec("seq 1 100000").max_buffer(10).await else {
        bail!("ten bytes are not enough");
    };
    let kept = much.output().context("what was kept")?.stdout_text();
    writeln!(out, "maxBuffer: {much}, kept {}", json!(kept))?;

    // A grandchild holds the pipe: only the end of the whole group is its end.
    let mut child = exec_file("sh", ["-c", "sleep 30 & echo started; wait"])
        .spawn()
        .await?;
    let mut stdout = BufReader::new(child.stdout.take().context("a pipe")?);
    let mut line = String::new();
    stdout.read_line(&mut line).await?;
    writeln!(out, "family: {}", line.trim())?;
    child.kill(Signal::SIGTERM);
    stdout.read_to_string(&mut line).await?;
    let signal = child.wait().await?.signal_name().unwrap_or_default();
    writeln!(out, "family: signal={signal}, nobody holds the pipe")?;
    Ok(())
}
