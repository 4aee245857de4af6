//! `fork`: a second process with a message channel, here this program itself in another role.
//!
//! The messages are Node's own lines of JSON. Node's `send` queues and returns; here it waits
//! until the message is on its way.

use std::env;
use std::process::exit;

use anyhow::Context;
use child_process::{Channel, exec, exec_file, parent};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if let Some(channel) = parent()? {
        return child(channel).await;
    }
    let itself = exec_file(env::current_exe()?, ["child", "extra arg"]);
    let (mut child, mut channel): (_, Channel) = itself.env("MINE", "yes").fork().await?;
    println!("{}", channel.recv().await?.context("ready")?);
    let mut messages = Vec::from([1, 2, 3].map(|n| json!({ "type": "ping", "n": n })));
    messages.extend([json!({ "type": "env" }), json!({ "type": "exit" })]);
    for message in messages {
        channel.send(&message).await?;
        println!("{}", channel.recv().await?.context("an answer")?);
    }
    println!("{}", child.wait().await?);
    Ok(())
}

async fn child(mut channel: Channel) -> anyhow::Result<()> {
    let args: Vec<String> = env::args().skip(1).collect();
    channel
        .send(&json!({ "type": "ready", "args": args }))
        .await?;
    while let Some(message) = channel.recv().await? {
        if let Some(n) = message["n"].as_i64() {
            channel
                .send(&json!({ "type": "pong", "n": n, "square": n * n }))
                .await?;
        } else if message["type"] == "env" {
            // The channel is not for the children of the child.
            let seen = exec("echo ${NODE_CHANNEL_FD-none} $MINE").await?;
            channel
                .send(&json!({ "type": "env", "seen": seen.stdout_text() }))
                .await?;
        } else {
            channel.send(&json!({ "type": "bye" })).await?;
            exit(5);
        }
    }
    Ok(())
}
