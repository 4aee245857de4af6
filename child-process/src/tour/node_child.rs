//! A Rust parent with a Node child: `process.on('message')` and `process.send` work there unchanged.
//!
//! Twin: `golden/10-node-child.mjs`. Where there is no Node, this program itself is the child; it says the same.

use std::ffi::OsString;
use std::io::Write;

use child_process::{Channel, Child, Command, exec_file};
use serde_json::{Value, json};

const SCRIPT: &str = "process.on('message', (message) => process.send(message));";

/// Prints what comes back of each message.
pub async fn node_child(out: &mut dyn Write) -> anyhow::Result<()> {
    let command = match node().await {
        Some(node) => exec_file(node, ["-e", SCRIPT]),
        None => peer()?,
    };
    let (mut child, mut channel): (Child, Channel<Value, Value>) = command.fork().await?;
    let messages = [
        json!(1),
        json!("two"),
        json!(null),
        json!([3, 4]),
        json!({ "five": "é\n" }),
    ];
    for message in messages {
        channel.send(&message).await?;
        let answer = channel.recv().await?.unwrap_or_default();
        writeln!(out, "{message} came back as {answer}")?;
    }
    channel.disconnect().await?;
    writeln!(
        out,
        "{}",
        child.wait().await?.to_string().replace("status", "code")
    )?;
    Ok(())
}

/// The Node that `NODE` names, or the one on the `PATH`.
pub async fn node() -> Option<OsString> {
    let node = std::env::var_os("NODE").unwrap_or_else(|| "node".into());
    exec_file(&node, ["--version"]).await.ok().map(|_| node)
}

/// This program as a child that sends every message back.
pub fn peer() -> anyhow::Result<Command> {
    Ok(exec_file(std::env::current_exe()?, ["peer"]))
}
