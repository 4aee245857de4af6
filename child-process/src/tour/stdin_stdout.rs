//! `spawn`: a child's stdin and stdout while it runs.
//!
//! Twin: `golden/06-stdin-stdout.mjs`. Writing waits where Node has `'drain'`; dropping the pipe is `end()`.

use std::io::Write;

use anyhow::Context;
use child_process::exec_file;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

/// Prints what came back from a filter, a conversation, a copy, and a child that stops reading.
pub async fn stdin_stdout(out: &mut dyn Write) -> anyhow::Result<()> {
    // A filter, all at once: input and output are fed and read together.
    let upper = exec_file("tr", ["a-z", "A-Z"])
        .input("hello spawn\nbye\n")
        .await?;
    writeln!(out, "tr: {} code=0 signal=null", json!(upper.stdout_text()))?;

    // A conversation: each answer is read before the next line is sent.
    let script = "while read -r line; do echo \"<$line>\"; done; echo eof";
    let mut child = exec_file("sh", ["-c", script]).spawn().await?;
    let mut stdin = child.stdin.take().context("a pipe")?;
    let mut lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    for word in ["one", "two words", "three"] {
        stdin.write_all(format!("{word}\n").as_bytes()).await?;
        writeln!(
            out,
            "sent {} got {}",
            json!(word),
            json!(lines.next_line().await?)
        )?;
    }
    drop(stdin);
    writeln!(out, "after end: {}", json!(lines.next_line().await?))?;
    writeln!(out, "done: {}", lines.next_line().await?.is_none())?;
    child.wait().await?;

    // 2 MiB through cat: neither side may wait for the other to finish.
    let mut child = exec_file("cat", [""; 0]).spawn().await?;
    let mut stdin = child.stdin.take().context("a pipe")?;
    let mut stdout = child.stdout.take().context("a pipe")?;
    let mut bytes = Vec::new();
    let write = async move { stdin.write_all(&b"abcdefgh".repeat(2 << 17)).await };
    futures::try_join!(write, stdout.read_to_end(&mut bytes))?;
    let sum = bytes
        .iter()
        .fold(0, |sum, byte| (sum + u32::from(*byte)) % 65521);
    let code = i32::from(!child.wait().await?.is_success());
    writeln!(out, "cat: {} bytes sum={sum} code={code}", bytes.len())?;

    // A child that stops reading early: the broken pipe is not an error of the run.
    let input = "first\n".to_owned() + &"x".repeat(1 << 20);
    let head = exec_file("head", ["-n", "1"]).input(input).await?;
    writeln!(
        out,
        "head: {} code=0 signal=null",
        json!(head.stdout_text())
    )?;
    Ok(())
}
