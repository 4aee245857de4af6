//! A Rust parent with a Node child, which has `process.on('message')` and `process.send`.
//!
//! The child is `node`, or what NODE names. Where there is no Node, this program is the child
//! itself and says the same: the reason for the longer Rust side.
//!
//! Longer than the Node program: it is the child too where there is no Node.

use std::env;

use anyhow::Context;
use child_process::{Channel, exec_file, parent};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if let Some(mut channel) = parent()? as Option<Channel> {
        while let Some(message) = channel.recv().await? {
            channel.send(&message).await?;
        }
        return Ok(());
    }
    let node = env::var("NODE").unwrap_or("node".into());
    let script = "process.on('message', (message) => process.send(message));";
    let command = match exec_file(&node, ["--version"]).await {
        Ok(_) => exec_file(node, ["-e", script]),
        Err(_) => exec_file(env::current_exe()?, [""; 0]),
    };
    let (mut child, mut channel): (_, Channel) = command.fork().await?;
    let (null, sum) = (json!(null), json!(0.1 + 0.2));
    for message in [
        json!(1),
        json!("two"),
        null,
        json!([3, 4]),
        json!({ "five": "é\n" }),
        sum,
    ] {
        channel.send(&message).await?;
        let answer = channel.recv().await?.context("an answer")?;
        println!("{message} came back as {answer}");
    }
    channel.disconnect().await?;
    println!("connected: {}", channel.is_connected());
    println!("{}", child.wait().await?);
    Ok(())
}
