//! Typed messages between two processes: `child.send(message)`, `child.on('message')`.
//!
//! Node's `send` queues without end and says `false`; here it waits until the message is on its way, so that
//! nothing piles up, and nothing is lost when the process ends right afterwards.

use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Mutex;

use super::json_lines::{FrameBuffer, Line, NACK, decode, encode};
use crate::{Error, sys};

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
    writer: Arc<Mutex<Writer>>,
    is_connected: Arc<AtomicBool>,
    messages: PhantomData<fn(Out)>,
}

/// The receiving half.
#[derive(Debug)]
pub struct Receiver<In> {
    stream: Arc<UnixStream>,
    /// tokio's own streams are woken as well when the other end has read what we wrote: half of all wake-ups.
    readable: AsyncFd<OwnedFd>,
    chunk: Box<[u8]>,
    lines: FrameBuffer,
    /// For handles, which have to be refused.
    writer: Arc<Mutex<Writer>>,
    refusals: Refusals,
    is_connected: Arc<AtomicBool>,
    messages: PhantomData<fn() -> In>,
}

/// How far the refusals of handles have come. Node holds back all messages until it has them, so a dropped `recv` keeps them.
#[derive(Debug, Default)]
struct Refusals {
    due: usize,
    in_flight: bool,
}

impl<In: DeserializeOwned, Out: Serialize> Channel<In, Out> {
    /// Makes a channel of one end of a socket pair; the process at the other end speaks Node's protocol.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the runtime cannot watch it.
    pub fn over(stream: UnixStream) -> Result<Self, Error> {
        let watched = stream
            .set_nonblocking(true)
            .and_then(|()| sys::watch(stream.try_clone()?, Interest::READABLE));
        let readable = watched.map_err(Error::io("make a channel"))?;
        let (stream, is_connected) = (Arc::new(stream), Arc::new(AtomicBool::new(true)));
        let writer = Arc::new(Mutex::new(Writer {
            stream: Arc::clone(&stream),
            pending: Vec::new(),
            written: 0,
            is_closed: false,
        }));
        Ok(Self {
            sender: Sender {
                writer: Arc::clone(&writer),
                is_connected: Arc::clone(&is_connected),
                messages: PhantomData,
            },
            receiver: Receiver {
                stream,
                readable,
                chunk: vec![0; CHUNK_BYTES].into(),
                lines: FrameBuffer::new(LIMIT),
                writer,
                refusals: Refusals::default(),
                is_connected,
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
            writer: Arc::clone(&self.writer),
            is_connected: Arc::clone(&self.is_connected),
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
        let mut writer = self.writer.lock().await;
        let sent = if writer.is_closed {
            Err(Error::Disconnected)
        } else {
            writer.write(&line).await
        };
        self.note(sent)
    }

    /// Ends our direction. The other end, Node or ours, takes that as the end of the channel.
    ///
    /// # Errors
    ///
    /// [`Error::Disconnected`] if the channel has ended before.
    pub async fn disconnect(&self) -> Result<(), Error> {
        let mut writer = self.writer.lock().await;
        if writer.is_closed {
            return Err(Error::Disconnected);
        }
        writer.flush().await?;
        writer.is_closed = true;
        self.is_connected.store(false, Ordering::Relaxed);
        writer
            .stream
            .shutdown(Shutdown::Write)
            .map_err(map_disconnect)
    }

    /// Returns whether neither end has disconnected, as far as this end knows: Node's `connected`.
    pub fn is_connected(&self) -> bool {
        self.is_connected.load(Ordering::Relaxed)
    }

    fn note(&self, sent: Result<(), Error>) -> Result<(), Error> {
        if matches!(sent, Err(Error::Disconnected)) {
            self.is_connected.store(false, Ordering::Relaxed);
        }
        sent
    }
}

impl<In: DeserializeOwned> Receiver<In> {
    /// The longest message that is held, in bytes; 64 MiB unless this is called.
    pub fn set_limit(&mut self, bytes: usize) {
        self.lines.set_limit(bytes);
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
            self.refuse_handles().await;
            while let Some(line) = self.lines.next()? {
                match decode(line)? {
                    Line::Message(message) => return Ok(Some(message)),
                    Line::Internal => {}
                    // The descriptor itself was closed by the system: we have not asked for it.
                    Line::Handle => {
                        self.refusals.due += 1;
                        self.refuse_handles().await;
                    }
                }
            }
            let read = self.read().await;
            match read {
                Ok(read) if read > 0 => continue,
                // A message that was not finished is dropped, as Node does.
                Ok(_) => {}
                Err(error) if is_gone(&error) => {}
                Err(source) => {
                    return Err(Error::Io {
                        attempt: "receive a message",
                        source,
                    });
                }
            }
            self.is_connected.store(false, Ordering::Relaxed);
            return Ok(None);
        }
    }

    /// Sends the refusals that are due. That the peer has gone shows when we read.
    async fn refuse_handles(&mut self) {
        if self.refusals.due > 0 || self.refusals.in_flight {
            let mut writer = self.writer.lock().await;
            let due = std::mem::take(&mut self.refusals.due);
            if !writer.is_closed {
                writer.pending.extend(NACK.repeat(due));
                self.refusals.in_flight = true;
                let _ = writer.flush().await;
            }
            self.refusals.in_flight = false;
        }
    }
}

impl<In> Receiver<In> {
    /// Reads once; 0 at the end.
    async fn read(&mut self) -> io::Result<usize> {
        loop {
            let mut ready = self.readable.readable().await?;
            let read = (&*self.stream).read(&mut self.chunk);
            let is_drained = match &read {
                Ok(read) => *read < self.chunk.len(),
                Err(error) => error.kind() == io::ErrorKind::WouldBlock,
            };
            // What comes after this wakes us again.
            if is_drained {
                ready.clear_ready();
            }
            match read {
                Err(error) if is_passing(&error) => {}
                read => {
                    self.lines.push(&self.chunk[..*read.as_ref().unwrap_or(&0)]);
                    return read;
                }
            }
        }
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}

/// What is to be written, also if the future that asked for it was dropped.
#[derive(Debug)]
struct Writer {
    stream: Arc<UnixStream>,
    pending: Vec<u8>,
    written: usize,
    /// Our direction has ended.
    is_closed: bool,
}

impl Writer {
    async fn write(&mut self, line: &[u8]) -> Result<(), Error> {
        self.flush().await?;
        self.pending.extend_from_slice(line);
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Error> {
        while self.written < self.pending.len() {
            match (&*self.stream).write(&self.pending[self.written..]) {
                Ok(written) => self.written += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.writable().await.map_err(map_disconnect)?;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(map_disconnect(error)),
            }
        }
        self.pending.clear();
        self.written = 0;
        Ok(())
    }

    /// Waits until something can be written. It is rare, so it is set up each time.
    async fn writable(&self) -> io::Result<()> {
        let writable = sys::watch(self.stream.try_clone()?, Interest::WRITABLE)?;
        writable.writable().await.map(drop)
    }
}

fn is_gone(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, NotConnected};
    matches!(error.kind(), BrokenPipe | ConnectionReset | NotConnected)
}

fn map_disconnect(source: io::Error) -> Error {
    if is_gone(&source) {
        Error::Disconnected
    } else {
        Error::Io {
            attempt: "send a message",
            source,
        }
    }
}
