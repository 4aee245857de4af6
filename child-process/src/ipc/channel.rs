//! Typed messages between two processes: `child.send(message)`, `child.on('message')`.
//!
//! Node's `send` queues without end and says `false`; here it waits until the message is on its way, so that
//! nothing piles up, and nothing is lost when the process ends right afterwards.

use std::collections::VecDeque;
use std::io::ErrorKind::{Interrupted, WouldBlock};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::BufReader;
use tokio::net::unix::pipe;
use tokio::sync::Mutex;

use super::json_lines::{HANDLE, NACK, decode, encode, io_error, reserved_cmd};
use crate::Error;

/// Longer messages are refused unless [`Receiver::set_limit`] says otherwise.
const LIMIT: usize = 64 * 1024 * 1024;
/// Read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Both directions of a channel: `In` is what comes, `Out` what goes.
///
/// `serde_json::Value` is nearly any message; `Box<serde_json::value::RawValue>` is any, byte for byte.
#[derive(Debug)]
pub struct Channel<In = Value, Out = Value> {
    sender: Sender<Out>,
    receiver: Receiver<In>,
}

/// The sending half. Clones send on the same channel, each message whole.
#[derive(Debug)]
pub struct Sender<Out> {
    link: Arc<Link>,
    messages: PhantomData<fn(Out)>,
}

/// The receiving half.
#[derive(Debug)]
pub struct Receiver<In> {
    /// Read as a pipe: tokio's sockets are woken as well when the other end has read what we wrote, half of all wake-ups.
    pub(super) stream: BufReader<pipe::Receiver>,
    /// Longer lines are passed over.
    pub(super) limit: usize,
    /// The next line, as far as it was read. It outlives a future that is dropped.
    pub(super) line: Vec<u8>,
    /// The line is too long; it is thrown away up to its end.
    pub(super) is_skipping: bool,
    /// To refuse handles, and to know when this end has disconnected.
    link: Arc<Link>,
    messages: PhantomData<fn() -> In>,
}

/// What both halves and their clones share.
#[derive(Debug)]
struct Link {
    stream: UnixStream,
    /// What is to be written, even if the future that asked for it was dropped: one message at a time.
    pending: Mutex<VecDeque<u8>>,
    is_connected: AtomicBool,
}

impl<In: DeserializeOwned, Out: Serialize> Channel<In, Out> {
    /// Makes a channel of one end of a socket pair; the process at the other end speaks Node's protocol.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the runtime cannot watch it.
    pub fn over(stream: UnixStream) -> Result<Self, Error> {
        let reader = stream
            .set_nonblocking(true)
            .and_then(|()| pipe::Receiver::from_owned_fd_unchecked(stream.try_clone()?.into()))
            .map_err(Error::io("make a channel"))?;
        let link = Arc::new(Link {
            stream,
            pending: Mutex::default(),
            is_connected: AtomicBool::new(true),
        });
        Ok(Self {
            sender: Sender {
                link: Arc::clone(&link),
                messages: PhantomData,
            },
            receiver: Receiver {
                stream: BufReader::with_capacity(CHUNK_BYTES, reader),
                limit: LIMIT,
                line: Vec::new(),
                is_skipping: false,
                link,
                messages: PhantomData,
            },
        })
    }

    /// As [`Sender::send`].
    ///
    /// # Errors
    ///
    /// As [`Sender::send`].
    pub async fn send(&mut self, message: &Out) -> Result<(), Error> {
        self.sender.send(message).await
    }

    /// As [`Receiver::recv`].
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv`].
    pub async fn recv(&mut self) -> Result<Option<In>, Error> {
        self.receiver.recv().await
    }

    /// As [`Sender::disconnect`]; what the other end has sent already can still be received.
    ///
    /// # Errors
    ///
    /// As [`Sender::disconnect`].
    pub async fn disconnect(&mut self) -> Result<(), Error> {
        self.sender.disconnect().await
    }

    /// Returns whether neither end has disconnected, as far as this end knows: Node's `connected`.
    pub fn is_connected(&self) -> bool {
        self.sender.is_connected()
    }

    /// Returns both halves, for two tasks. To send much to a peer that answers, receive meanwhile.
    pub fn into_split(self) -> (Sender<Out>, Receiver<In>) {
        (self.sender, self.receiver)
    }
}

impl<Out> Clone for Sender<Out> {
    fn clone(&self) -> Self {
        Self {
            link: Arc::clone(&self.link),
            messages: PhantomData,
        }
    }
}

impl<Out: Serialize> Sender<Out> {
    /// Sends a message and waits until all of it is on its way: a slow receiver slows us down.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if either end has disconnected; [`Error::Unsendable`] and [`Error::Reserved`] if no
    /// receiver could take the message.
    ///
    /// # Cancel safety
    ///
    /// A message that was begun is finished before the next one.
    pub async fn send(&self, message: &Out) -> Result<(), Error> {
        let line = encode(message)?;
        let mut pending = self.link.pending.lock().await;
        self.link.flush(&mut pending).await?;
        *pending = line.into();
        self.link.flush(&mut pending).await
    }

    /// Ends our direction. The other end, Node or ours, takes that as the end of the channel.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the channel has ended before.
    pub async fn disconnect(&self) -> Result<(), Error> {
        let mut pending = self.link.pending.lock().await;
        self.link.flush(&mut pending).await?;
        self.link.is_connected.store(false, Ordering::Relaxed);
        let ended = self.link.stream.shutdown(Shutdown::Write);
        ended.map_err(io_error("disconnect"))
    }

    /// Returns whether neither end has disconnected, as far as this end knows: Node's `connected`.
    pub fn is_connected(&self) -> bool {
        self.link.is_connected.load(Ordering::Relaxed)
    }
}

impl<In: DeserializeOwned> Receiver<In> {
    /// The longest message that is held, in bytes; 64 MiB unless this is called.
    pub fn set_limit(&mut self, bytes: usize) {
        self.limit = bytes;
    }

    /// Receives the next message; none when the other end has disconnected.
    ///
    /// # Errors
    ///
    /// [`Error::BadMessage`] and [`Error::MessageTooLong`], after which the next message can be received.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn recv(&mut self) -> Result<Option<In>, Error> {
        loop {
            // The refusal of a handle. A sender that has the lock writes it as well.
            if let Ok(mut pending) = self.link.pending.try_lock() {
                // That the other end has gone shows when we read.
                let _ = self.link.flush(&mut pending).await;
            }
            let line = match self.line().await {
                Ok(Some(line)) => line,
                Ok(None) | Err(Error::Disconnected) => {
                    self.link.is_connected.store(false, Ordering::Relaxed);
                    return Ok(None);
                }
                Err(error) => return Err(error),
            };
            let Some(cmd) = reserved_cmd(line) else {
                let message = decode(line).map(Some);
                self.line.clear();
                return message;
            };
            if cmd == HANDLE {
                // Node holds back all messages until it has this. The descriptor itself was closed by the system.
                self.link.pending.lock().await.extend(NACK);
            }
            self.line.clear();
        }
    }
}

impl Link {
    /// Writes what is pending.
    async fn flush(&self, pending: &mut VecDeque<u8>) -> Result<(), Error> {
        if !self.is_connected.load(Ordering::Relaxed) {
            return Err(Error::Disconnected);
        }
        while !pending.is_empty() {
            let written = match (&self.stream).write(pending.make_contiguous()) {
                Err(error) if error.kind() == WouldBlock => self.writable().await.map(|()| 0),
                Err(error) if error.kind() == Interrupted => Ok(0),
                written => written,
            };
            let written = written.map_err(io_error("send a message"));
            if matches!(written, Err(Error::Disconnected)) {
                self.is_connected.store(false, Ordering::Relaxed);
            }
            pending.drain(..written?);
        }
        Ok(())
    }

    /// Waits until the other end has room. It is rare, so it is set up each time.
    async fn writable(&self) -> io::Result<()> {
        let stream = self.stream.try_clone()?.into();
        let watch = pipe::Sender::from_owned_fd_unchecked(stream)?;
        watch.writable().await
    }
}
