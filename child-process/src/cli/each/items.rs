//! The items of `each`: read from stdin as they come, and put into the command.

use std::ffi::{OsStr, OsString};
use std::io::BufRead;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::thread;

use anyhow::{Context, Result};
use bstr::ByteSlice;
use tokio::sync::mpsc;

use super::Args;

/// Items that are read ahead.
const READ_AHEAD: usize = 64;

/// Reads stdin in a thread, which is not waited for. tokio's would panic where there can be no more threads.
pub fn received(separator: u8) -> Result<mpsc::Receiver<std::io::Result<OsString>>> {
    let (sender, receiver) = mpsc::channel(READ_AHEAD);
    let read = move || {
        let items = std::io::stdin().lock().split(separator);
        let mut items = items.map(|item| item.map(OsString::from_vec));
        // An error means that no more are wanted.
        let _ = items.try_for_each(|item| sender.blocking_send(item));
    };
    let thread = thread::Builder::new().spawn(read);
    thread.context("cannot start a thread that reads")?;
    Ok(receiver)
}

impl Args {
    /// Returns the program and its arguments, with the item for each `{}`.
    pub fn command(&self, item: &OsStr) -> Vec<OsString> {
        let words = self.command.iter().map(|word| word.as_bytes());
        let filled = words.map(|word| word.replace("{}", item.as_bytes()));
        filled.map(OsString::from_vec).collect()
    }
}
