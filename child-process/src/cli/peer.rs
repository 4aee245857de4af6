//! `child-process peer`: the child of `fork('peer', [], { execPath: 'child-process' })`.

use anyhow::{Context, Result};
use child_process::{Channel, Error};
use serde_json::value::RawValue;

use super::message;

/// Sends every message back until the parent disconnects.
pub async fn peer() -> Result<u8> {
    let channel: Option<Channel<Box<RawValue>, Box<RawValue>>> = child_process::parent()?;
    let mut channel = channel
        .context("no channel: this is to be started by fork(), which sets NODE_CHANNEL_FD")?;
    loop {
        match channel.recv().await {
            Ok(Some(message)) => match channel.send(&message).await {
                // A parent that has gone does not wait for an answer.
                Err(Error::Disconnected) => return Ok(0),
                sent => sent?,
            },
            Ok(None) => return Ok(0),
            Err(error @ (Error::BadMessage { .. } | Error::MessageTooLong { .. })) => {
                message::say(&message::words(&error.into()));
            }
            Err(error) => return Err(error.into()),
        }
    }
}
