//! Who kills the primary kills the cluster: its workers go with it.
//!
//! Twin: `golden/17-primary-gone.mjs`. There a worker that computes does not hear of it and goes on; here the kernel ends it.

use std::io::Write;
use std::process::Stdio;

use anyhow::Context;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;

use crate::stage::workers::in_words;

/// Prints how a primary ends, and its workers.
pub async fn primary_gone(out: &mut dyn Write) -> anyhow::Result<()> {
    let mut primary = Command::new(std::env::current_exe()?)
        .args(["worker", "primary"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    // The workers have the same stdout: it ends with the last one of them.
    let mut stdout = BufReader::new(primary.stdout.take().context("a pipe")?);
    let mut said = String::new();
    stdout.read_line(&mut said).await?;
    writeln!(out, "the primary says: {}", said.trim())?;
    primary.start_kill()?;
    let exit = in_words(primary.wait().await?.into());
    writeln!(out, "the primary: {exit}")?;
    stdout.read_to_string(&mut said).await?;
    writeln!(out, "its workers: gone too")?;
    Ok(())
}
