//! Node's `serialization: 'json'` on a stream: one JSON text a line, and a few lines that are Node's own.
//!
//! Objects whose `cmd` begins with `NODE_` and is longer are never messages. Of these only a handle asks for an answer:
//! until it is refused, Node holds back all that it was to send afterwards.

use memchr::{memchr, memmem};
use serde::de::DeserializeOwned;
use serde_json::Value;

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
    /// FrameBuffer of at most `limit` bytes.
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
    /// A handle, which somebody waits to hear about.
    Handle,
    /// Node's own business.
    Internal,
}

/// Reads a line.
pub fn decode<M: DeserializeOwned>(line: &[u8]) -> Result<Line<M>, Error> {
    // Seldom, so that the others are read once only.
    if memmem::find(line, RESERVED.as_bytes()).is_some()
        && let Ok(Value::Object(object)) = serde_json::from_slice(line)
        && let Some(Value::String(cmd)) = object.get("cmd")
        && is_reserved(cmd)
    {
        return Ok(if cmd == "NODE_HANDLE" {
            Line::Handle
        } else {
            Line::Internal
        });
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

/// A message as a line.
pub fn encode<M: serde::Serialize>(message: &M) -> Result<Vec<u8>, Error> {
    let mut line = serde_json::to_vec(message).map_err(Error::Unsendable)?;
    if memmem::find(&line, RESERVED.as_bytes()).is_some()
        && let Ok(Value::Object(object)) = serde_json::from_slice(&line)
        && let Some(Value::String(cmd)) = object.get("cmd")
        && is_reserved(cmd)
    {
        return Err(Error::Reserved { cmd: cmd.clone() });
    }
    line.push(b'\n');
    Ok(line)
}

fn is_reserved(cmd: &str) -> bool {
    cmd.len() > RESERVED.len() && cmd.starts_with(RESERVED)
}
