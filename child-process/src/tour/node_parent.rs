//! A Node parent with a Rust child: `fork('peer', [], { execPath })`, and the child calls `child_process::parent()`.
//!
//! Twin: `golden/11-node-parent.mjs`. The child is `child-process peer`, in `src/cli/peer.rs`. Where there is no Node,
//! this program is the parent as well, and says the same.

use std::io::Write;

use child_process::{Channel, Child, exec_file};
use serde_json::{Value, json};

use super::node_child::{node, peer};

const SCRIPT: &str = r"
    const child = require('node:child_process').fork('peer', [], { execPath: process.argv[1] });
    let left = 3;
    child.on('message', (message) => {
      console.log(`parent got ${JSON.stringify(message)}`);
      if (--left === 0) child.disconnect();
    });
    child.on('exit', (code) => console.log(`exit code ${code}`));
    for (const n of [1, 2, 3]) child.send({ n });";

/// Prints what the parent gets back.
pub async fn node_parent(out: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(node) = node().await {
        let own = std::env::current_exe()?;
        let output = exec_file(node, ["-e", SCRIPT]).arg(own).await?;
        return Ok(out.write_all(&output.stdout)?);
    }
    let (mut child, mut channel): (Child, Channel<Value, Value>) = peer()?.fork().await?;
    for n in [1, 2, 3] {
        channel.send(&json!({ "n": n })).await?;
        let message = channel.recv().await?.unwrap_or_default();
        writeln!(out, "parent got {message}")?;
    }
    channel.disconnect().await?;
    writeln!(
        out,
        "{}",
        child.wait().await?.to_string().replace("status", "code")
    )?;
    Ok(())
}
