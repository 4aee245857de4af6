//! The items of `each`, as they come: lines of stdin, or what NULs separate.

use std::ffi::OsString;
use std::io::{self, BufRead};
use std::os::unix::ffi::OsStringExt;

use tokio::sync::mpsc::{Receiver, channel};

/// Read ahead of the jobs.
const ITEMS_AHEAD: usize = 64;

/// Returns the items of stdin, each as it comes; the bytes are kept as they are.
pub fn items(separator: u8) -> Receiver<io::Result<OsString>> {
    let (sender, receiver) = channel(ITEMS_AHEAD);
    // A read of stdin cannot be given up: the thread ends with the process.
    std::thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        loop {
            let mut item = Vec::new();
            let item = match stdin.read_until(separator, &mut item) {
                Ok(0) => break,
                Ok(_) => {
                    item.pop_if(|last| *last == separator);
                    Ok(OsString::from_vec(item))
                }
                Err(error) => Err(error),
            };
            let is_error = item.is_err();
            if sender.blocking_send(item).is_err() || is_error {
                break;
            }
        }
    });
    receiver
}
