//! `spawn`: a child's stdin and stdout while it runs.
//!
//! Writing waits where Node has `'drain'`, dropping the pipe is `end()`, and `wait_with_output`
//! reads and waits at once.

use anyhow::Context;
use child_process::exec_file;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    // A conversation: each answer is read before the next line is sent.
    let script = "while read -r line; do echo \"<$line>\"; done; echo eof";
    let mut child = exec_file("sh", ["-c", script]).spawn().await?;
    let mut stdin = child.stdin.take().context("a pipe")?;
    let mut lines = BufReader::new(child.stdout.take().context("a pipe")?).lines();
    for word in ["one", "two words", "three"] {
        stdin.write_all(format!("{word}\n").as_bytes()).await?;
        println!(
            "sent {word}, got {}",
            lines.next_line().await?.context("a line")?
        );
    }
    drop(stdin);
    println!("after end: {}", lines.next_line().await?.context("a line")?);
    let done = lines.next_line().await?.is_none();
    println!("done: {done}, {}", child.wait().await?);

    // 2 MiB through cat: neither side may wait for the other to finish.
    let cat = exec_file("cat", [""; 0])
        .input(b"abcdefgh".repeat(1 << 18))
        .max_buffer(1 << 21);
    let output = cat.spawn().await?.wait_with_output().await?;
    println!("cat: {} bytes, {}", output.stdout.len(), output.exit);

    // A child that stops reading early: the broken pipe is not an error of the run.
    let input = "first\n".to_owned() + &"x".repeat(1 << 20);
    let head = exec_file("head", ["-n", "1"]).input(input).spawn().await?;
    let output = head.wait_with_output().await?;
    println!("head: {}, {}", output.stdout_text().trim(), output.exit);
    Ok(())
}
