//! The items of `each`: read from stdin as they come, and put into the command.

use std::ffi::{OsStr, OsString};
use std::io::BufRead;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::thread;

use anyhow::{Context, Result};
use memchr::memmem;
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
    /// Returns the program and its arguments for an item.
    pub fn command(&self, item: &OsStr) -> Vec<OsString> {
        let words = self.command.iter();
        words.map(|word| insert(word, item)).collect()
    }
}

/// Returns the word with the item for each `{}`.
fn insert(word: &OsStr, item: &OsStr) -> OsString {
    let (word, mut filled, mut rest) = (word.as_bytes(), Vec::new(), 0);
    for place in memmem::find_iter(word, b"{}") {
        filled.extend_from_slice(&word[rest..place]);
        filled.extend_from_slice(item.as_bytes());
        rest = place + 2;
    }
    filled.extend_from_slice(&word[rest..]);
    OsString::from_vec(filled)
}
