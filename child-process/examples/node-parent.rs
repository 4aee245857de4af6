//! A Node parent with a Rust child: Node forks this program, which calls `parent()`.
//!
//! The same JavaScript as on Node's side, with `execPath` naming this program. Where there is no
//! Node, this program is the parent as well, and says the same: the reason for a longer Rust side.
//!
//! Longer than the Node program: it is the parent too where there is no Node.

use std::env;

use anyhow::Context;
use child_process::{Channel, exec_file, parent};
use serde_json::json;

const SCRIPT: &str = "
const child = require('node:child_process').fork('child', [], { execPath: process.argv[1] });
for (const n of [1, 2, 3]) child.send({ n });
child.on('message', (message) => {
  console.log(`parent got ${JSON.stringify(message)}`);
  if (message.n === 3) child.disconnect();
});
child.on('exit', (code) => console.log(`exit code ${code}`));";

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if let Some(mut channel) = parent()? as Option<Channel> {
        while let Some(message) = channel.recv().await? {
            channel.send(&message).await?;
        }
        return Ok(());
    }
    let (node, itself) = (
        env::var("NODE").unwrap_or("node".into()),
        env::current_exe()?,
    );
    if let Ok(output) = exec_file(node, ["-e", SCRIPT]).arg(&itself).await {
        print!("{}", output.stdout_text());
        return Ok(());
    }
    let (mut child, mut channel): (_, Channel) = exec_file(itself, ["child"]).fork().await?;
    for n in 1..=3 {
        channel.send(&json!({ "n": n })).await?;
        println!("parent got {}", channel.recv().await?.context("an answer")?);
    }
    channel.disconnect().await?;
    println!("{}", child.wait().await?);
    Ok(())
}
