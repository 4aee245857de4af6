//! Node's `serialization: 'json'` on a stream: one JSON text a line, and a few lines that are Node's own.
//!
//! Objects whose `cmd` begins with `NODE_` and is longer are never messages. Of these only a handle asks for an answer:
//! until it is refused, Node holds back all that it was to send afterwards.

use std::collections::HashMap;
use std::io;

use memchr::{memchr, memmem};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt, AsyncReadExt};

use crate::{Error, Receiver};

/// The `cmd` of a handle: the sender waits for an answer.
pub const HANDLE: &str = "NODE_HANDLE";

/// The answer to a handle that was not taken.
pub const NACK: &[u8] = b"{\"cmd\":\"NODE_HANDLE_NACK\"}\n";

const RESERVED: &str = "NODE_";

impl<In> Receiver<In> {
    /// Waits for a whole line and returns it without its end, again and again until it is cleared; none when the
    /// stream has ended. A line that is not finished by then is dropped, as Node does.
    pub(super) async fn line(&mut self) -> Result<Option<&[u8]>, Error> {
        while !self.line.ends_with(b"\n") {
            // One byte more than the limit is the line's end, or shows that it is too long.
            let room = self.limit.saturating_sub(self.line.len()) as u64;
            let mut stream = (&mut self.stream).take(room.saturating_add(1));
            let read = stream.read_until(b'\n', &mut self.line).await;
            read.map_err(io_error("receive a message"))?;
            let is_whole = self.line.ends_with(b"\n");
            if !is_whole && self.line.len() <= self.limit {
                return Ok(None);
            }
            if !is_whole || self.is_skipping {
                self.line.clear();
                let was_skipping = std::mem::replace(&mut self.is_skipping, !is_whole);
                if !was_skipping {
                    return Err(Error::MessageTooLong { limit: self.limit });
                }
            }
        }
        Ok(self.line.strip_suffix(b"\n"))
    }
}

/// Returns what an attempt failed for: the other end has gone, or the system's refusal.
pub fn io_error(attempt: &'static str) -> impl FnOnce(io::Error) -> Error {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected};
    move |source| match source.kind() {
        BrokenPipe | ConnectionReset | NotConnected => Error::Disconnected,
        _ => Error::Io { attempt, source },
    }
}

/// Reads a line that is a message.
pub fn decode<M: DeserializeOwned>(line: &[u8]) -> Result<M, Error> {
    serde_json::from_slice(line).map_err(|source| {
        let text = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
        Error::BadMessage { text, source }
    })
}

/// Names what `serde_json` calls a broken escape.
pub fn lone_surrogate(source: &serde_json::Error) -> &'static str {
    let is_one = source.to_string().contains("hex escape");
    if is_one { " with a lone surrogate" } else { "" }
}

/// Writes a message as a line.
pub fn encode<M: serde::Serialize>(message: &M) -> Result<Vec<u8>, Error> {
    let mut line = serde_json::to_vec(message).map_err(Error::Unsendable)?;
    if let Some(cmd) = reserved_cmd(&line) {
        return Err(Error::Reserved(cmd));
    }
    // A raw value may have been written over several lines. Inside of strings, a newline is always escaped.
    let mut ahead = &mut line[..];
    while let Some(newline) = memchr(b'\n', ahead) {
        ahead[newline] = b' ';
        ahead = &mut ahead[newline + 1..];
    }
    line.push(b'\n');
    Ok(line)
}

/// Returns the `cmd` of a message that is Node's own. Raw values are skipped over, however deep they are.
pub fn reserved_cmd(line: &[u8]) -> Option<String> {
    // Rare, so that the other messages are read once only.
    memmem::find(line, RESERVED.as_bytes())?;
    let fields: HashMap<String, &RawValue> = serde_json::from_slice(line).ok()?;
    let cmd: String = serde_json::from_str(fields.get("cmd")?.get()).ok()?;
    let is_reserved = cmd.len() > RESERVED.len() && cmd.starts_with(RESERVED);
    is_reserved.then_some(cmd)
}
