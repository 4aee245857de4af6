//! The children of the lessons: this program, started again by `fork`. Twin: the `child` half of `golden/07-fork.mjs`.

use anyhow::{Context, bail};
use child_process::{Channel, exec, parent};
use serde_json::{Value, json};

/// Plays the role, and returns the exit status.
pub async fn worker(role: &str) -> anyhow::Result<u8> {
    match role {
        "child" => ping_pong().await,
        _ => bail!("no worker is called {role:?}"),
    }
}

async fn ping_pong() -> anyhow::Result<u8> {
    let mut channel: Channel<Value, Value> = parent()?.context("a parent that forked us")?;
    let args: Vec<String> = std::env::args().skip(2).collect();
    channel
        .send(&json!({ "type": "ready", "args": args }))
        .await?;
    while let Some(message) = channel.recv().await? {
        match message["type"].as_str() {
            Some("ping") => {
                let n = message["n"].as_i64().context("a number")?;
                channel
                    .send(&json!({ "type": "pong", "n": n, "square": n * n }))
                    .await?;
            }
            Some("env") => {
                // The channel is not for the children of the child.
                let seen = exec("echo ${NODE_CHANNEL_FD-none} $MINE").await?;
                let seen = seen.stdout_text();
                channel
                    .send(&json!({ "type": "env", "seen": seen.trim() }))
                    .await?;
            }
            Some("exit") => {
                channel.send(&json!({ "type": "bye" })).await?;
                return Ok(message["code"].as_u64().unwrap_or_default().try_into()?);
            }
            _ => {}
        }
    }
    Ok(0)
}
