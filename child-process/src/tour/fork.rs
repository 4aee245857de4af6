//! `fork`: a second process with a channel, here this program itself, told by its arguments that it is the child.
//!
//! Twin: `golden/07-fork.mjs`; the child is in `worker.rs`. The messages are the same JSON lines.

use std::io::Write;

use child_process::{Channel, Exit, exec_file};
use serde_json::{Value, json};

/// Prints what the child answers, and how it ends.
pub async fn fork(out: &mut dyn Write) -> anyhow::Result<()> {
    let itself = exec_file(std::env::current_exe()?, ["worker", "child", "extra arg"]);
    let (mut child, mut channel): (_, Channel<Value, Value>) =
        itself.env("MINE", "yes").fork().await?;

    show(out, &mut channel).await?;
    for n in 1..=3 {
        channel.send(&json!({ "type": "ping", "n": n })).await?;
        show(out, &mut channel).await?;
    }
    channel.send(&json!({ "type": "env" })).await?;
    show(out, &mut channel).await?;
    channel.send(&json!({ "type": "exit", "code": 5 })).await?;
    show(out, &mut channel).await?;
    match child.wait().await? {
        Exit::Code(code) => writeln!(out, "close code={code} signal=null")?,
        exit => writeln!(out, "close {exit}")?,
    }
    Ok(())
}

/// Fields in the order of the twin: a `Value` would have them in that of the alphabet.
async fn show(out: &mut dyn Write, channel: &mut Channel<Value, Value>) -> anyhow::Result<()> {
    let message = channel.recv().await?.unwrap_or_default();
    let fields = ["type", "args", "n", "square", "seen"];
    let fields = fields
        .iter()
        .filter_map(|name| Some((name, message.get(name)?)));
    let fields: Vec<_> = fields
        .map(|(name, value)| format!("{}:{value}", json!(name)))
        .collect();
    writeln!(out, "parent got {{{}}}", fields.join(","))?;
    Ok(())
}
