//! Node's `serialization: 'json'` on a stream: one JSON text a line, and a few lines that are Node's own.
//!
//! Objects whose `cmd` begins with `NODE_` and is longer are never messages. Of these only a handle asks for an answer:
//! until it is refused, Node holds back all that it was to send afterwards.

use std::collections::HashMap;

use memchr::{memchr, memmem};
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::Error;

/// The answer to a handle that was not taken.
pub const NACK: &[u8] = b"{\"cmd\":\"NODE_HANDLE_NACK\"}\n";

const RESERVED: &str = "NODE_";

/// Bytes on their way to become lines.
#[derive(Debug)]
pub struct FrameBuffer {
    bytes: Vec<u8>,
    /// Where the next line starts.
    start: usize,
    /// So far there is no newline.
    searched: usize,
    limit: usize,
    /// The line was too long; it is thrown away up to its end.
    skipping: bool,
}

impl FrameBuffer {
    /// Makes a buffer for lines of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            searched: 0,
            limit,
            skipping: false,
        }
    }

    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Takes what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.searched -= self.start;
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole line without its end, if there is one.
    pub fn next(&mut self) -> Result<Option<&[u8]>, Error> {
        loop {
            let end =
                memchr(b'\n', &self.bytes[self.searched..]).map(|place| self.searched + place);
            self.searched = end.map_or(self.bytes.len(), |end| end + 1);
            let start = self.start;
            let is_too_long = end.unwrap_or(self.bytes.len()) - start > self.limit;
            if end.is_some() || is_too_long {
                self.start = self.searched;
            }
            let was_skipping = self.skipping;
            self.skipping = end.is_none() && (was_skipping || is_too_long);
            match end {
                // The rest of what was refused before.
                Some(_) if was_skipping => continue,
                _ if was_skipping => {
                    self.start = self.searched;
                    return Ok(None);
                }
                _ if is_too_long => return Err(Error::MessageTooLong { limit: self.limit }),
                Some(end) => return Ok(Some(&self.bytes[start..end])),
                None => return Ok(None),
            }
        }
    }
}

/// What a line is.
#[derive(Debug)]
pub enum Line<M> {
    Message(M),
    /// A handle: the sender waits for an answer.
    Handle,
    /// Node's own business.
    Internal,
}

/// Reads a line.
pub fn decode<M: DeserializeOwned>(line: &[u8]) -> Result<Line<M>, Error> {
    match reserved_cmd(line) {
        Some(cmd) if cmd == "NODE_HANDLE" => return Ok(Line::Handle),
        Some(_) => return Ok(Line::Internal),
        None => {}
    }
    serde_json::from_slice(line)
        .map(Line::Message)
        .map_err(|source| {
            let text = String::from_utf8_lossy(&line[..line.len().min(80)]);
            Error::BadMessage {
                text: text.into_owned(),
                source,
            }
        })
}

/// Writes a message as a line.
pub fn encode<M: serde::Serialize>(message: &M) -> Result<Vec<u8>, Error> {
    let mut line = serde_json::to_vec(message).map_err(Error::Unsendable)?;
    if let Some(cmd) = reserved_cmd(&line) {
        return Err(Error::Reserved { cmd });
    }
    // A raw value may have been written over several lines. Inside of strings, a newline is always escaped.
    for byte in line.iter_mut().filter(|byte| **byte == b'\n') {
        *byte = b' ';
    }
    line.push(b'\n');
    Ok(line)
}

/// Returns the `cmd` of a message that is Node's own. Raw values are skipped over, however deep they are.
fn reserved_cmd(line: &[u8]) -> Option<String> {
    // Rare, so that the other messages are read once only.
    memmem::find(line, RESERVED.as_bytes())?;
    let fields: HashMap<String, &RawValue> = serde_json::from_slice(line).ok()?;
    let cmd: String = serde_json::from_str(fields.get("cmd")?.get()).ok()?;
    is_reserved(&cmd).then_some(cmd)
}

fn is_reserved(cmd: &str) -> bool {
    cmd.len() > RESERVED.len() && cmd.starts_with(RESERVED)
}
