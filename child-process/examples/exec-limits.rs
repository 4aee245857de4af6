//! Input, a time limit, a limit of output, an abort, and the end of a whole process group.
//!
//! `kill` and every limit reach the group here; Node signals the child alone and needs `detached`
//! and `-pid` for more.

use std::time::Duration;

use child_process::{Error, Signal, exec, exec_file};
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let upper = exec_file("tr", ["a-z", "A-Z"]).input("hello").await?;
    println!("input: {}", upper.stdout_text());

    if let Err(late) = exec("exec sleep 30")
        .timeout(Duration::from_millis(100))
        .await
    {
        let signal = late.signal().unwrap_or_default();
        println!("timeout: killed={} signal={signal}", late.killed());
    }

    if let Err(much @ Error::MaxBuffer { .. }) = exec("seq 1 100000").max_buffer(10).await {
        let kept = much.output().map(|output| output.stdout_text());
        println!("maxBuffer: {much}, kept {:?}", kept.unwrap_or_default());
    }

    if let Err(aborted) = exec("exec sleep 30").cancel_on(async {}).await {
        println!("signal: {aborted}");
    }

    // A grandchild holds the pipe: the group has to be ended, not the child alone.
    let mut child = exec("sleep 30 & echo started; wait").spawn().await?;
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    println!("group: {}", lines.next_line().await?.unwrap_or_default());
    child.kill(Signal::SIGTERM)?;
    lines.next_line().await?;
    println!("group: signal={}, the pipe is closed", child.wait().await?);
    Ok(())
}
