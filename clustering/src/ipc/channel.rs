//! The channel between primary and worker: messages of JSON, and descriptors beside them. Node: `process.send(message, handle)`.
//!
//! A pair of Unix stream sockets tells when the other end is gone, and never lets a message overtake another: "drain" comes after every connection that was
//! sent before it. The worker's end is its stdin, so that no number has to be agreed upon.
//!
//! A message is four bytes of length, one that says whether descriptors come along, and the JSON. Descriptors arrive with the first byte of theirs, and the
//! system never mixes those of two messages.

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};

use nix::errno::Errno;
use nix::sys::socket::{ControlMessage, sendmsg, setsockopt, sockopt};
use nix::unistd::dup2_stdin;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;

use crate::sys;

/// The most bytes of a message.
pub const MESSAGE_BYTES: usize = 64 * 1024;

/// For `expect`.
const UNPOISONED: &str = "nothing panics while it is locked";

/// The length, and whether there are descriptors.
const HEAD_BYTES: usize = 5;

/// One end of the channel.
pub struct Channel {
    socket: AsyncFd<OwnedFd>,
    // Locks, so that what waits for a channel may move between threads. None is held while it waits.
    incoming: Mutex<Incoming>,
    outgoing: Mutex<VecDeque<Frame>>,
    queued: Notify,
}

/// What was received.
pub struct Received<T> {
    /// The message.
    pub message: T,
    /// What came with it.
    pub descriptors: Vec<OwnedFd>,
}

/// What is still to be sent of a message.
struct Frame {
    bytes: Vec<u8>,
    sent: usize,
    descriptors: Vec<Arc<OwnedFd>>,
}

impl Channel {
    /// Our end of a new channel, and the end for the worker.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = UnixStream::pair()?;
        for end in [&ours, &theirs] {
            end.set_nonblocking(true)?;
            // Room for a few of the largest messages each way, so that a long one does not hold up a connection.
            setsockopt(end, sockopt::SndBuf, &(8 * MESSAGE_BYTES))?;
        }
        Ok((Self::new(ours.into())?, theirs.into()))
    }

    /// Takes over one end.
    pub fn new(socket: OwnedFd) -> io::Result<Self> {
        Ok(Self {
            socket: sys::watch(socket, Interest::READABLE | Interest::WRITABLE)?,
            incoming: Mutex::default(),
            outgoing: Mutex::default(),
            queued: Notify::new(),
        })
    }

    /// Queues a message behind those that are not sent yet: [`Channel::flush`] after a few.
    pub fn push(&self, message: &impl Serialize, descriptors: Vec<Arc<OwnedFd>>) {
        let frame = Frame::new(message, descriptors);
        self.outgoing.lock().expect(UNPOISONED).push_back(frame);
        self.queued.notify_one();
    }

    /// Waits until something has been queued since the last call.
    pub async fn queued(&self) {
        self.queued.notified().await;
    }

    /// Sends all that is queued.
    ///
    /// # Errors
    ///
    /// `EPIPE` if the other end is gone.
    ///
    /// # Cancel safety
    ///
    /// What is not sent yet stays queued.
    pub async fn flush(&self) -> io::Result<()> {
        // Asked for more often than there is something.
        if self.outgoing.lock().expect(UNPOISONED).is_empty() {
            return Ok(());
        }
        let send = |socket: &OwnedFd| {
            let mut outgoing = self.outgoing.lock().expect(UNPOISONED);
            while let Some(frame) = outgoing.front_mut() {
                frame.send(socket)?;
                if frame.sent == frame.bytes.len() {
                    outgoing.pop_front();
                }
            }
            Ok(())
        };
        self.socket.async_io(Interest::WRITABLE, send).await
    }

    /// The next message, or `None` when the other end is gone and all that it sent is read.
    ///
    /// # Errors
    ///
    /// Whatever the system says, and `InvalidData` for what is no message of this type.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<Received<T>>> {
        // One that came along with the last one is not in the socket any more.
        if let Some(received) = self.incoming.lock().expect(UNPOISONED).decode()? {
            return Ok(Some(received));
        }
        let receive = |socket: &OwnedFd| self.incoming.lock().expect(UNPOISONED).receive(socket);
        self.socket.async_io(Interest::READABLE, receive).await
    }

    /// The next message if it is there already.
    pub fn try_receive<T: DeserializeOwned>(&self) -> io::Result<Option<Received<T>>> {
        self.incoming
            .lock()
            .expect(UNPOISONED)
            .receive(self.socket.get_ref())
    }
}

impl Frame {
    fn new(message: &impl Serialize, descriptors: Vec<Arc<OwnedFd>>) -> Self {
        // Room for most, at once.
        let mut bytes = Vec::with_capacity(128);
        bytes.resize(HEAD_BYTES, 0);
        serde_json::to_writer(&mut bytes, message).expect("the protocol is JSON");
        let length = u32::try_from(bytes.len() - HEAD_BYTES).expect("checked before");
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        bytes[4] = u8::from(!descriptors.is_empty());
        Self {
            bytes,
            sent: 0,
            descriptors,
        }
    }

    /// Sends as much as there is room for. The descriptors go with the first byte.
    fn send(&mut self, socket: &OwnedFd) -> io::Result<()> {
        let numbers: Vec<_> = self.descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        let rights = [ControlMessage::ScmRights(&numbers)];
        let rights = if numbers.is_empty() { &[] } else { &rights[..] };
        let (socket, parts) = (socket.as_raw_fd(), [IoSlice::new(&self.bytes[self.sent..])]);
        self.sent += sendmsg::<()>(socket, &parts, rights, sys::NO_SIGNAL, None)?;
        self.descriptors.clear();
        Ok(())
    }
}

/// What has arrived and was not looked at yet.
#[derive(Default)]
pub struct Incoming {
    buffer: Vec<u8>,
    /// How much of the buffer.
    filled: usize,
    /// For each message that says that it has some, in their order.
    descriptors: VecDeque<Vec<OwnedFd>>,
}

impl Incoming {
    /// Takes the next message, or `None` when the other end is gone. Waits for nothing.
    pub fn receive<T: DeserializeOwned>(
        &mut self,
        socket: &OwnedFd,
    ) -> io::Result<Option<Received<T>>> {
        loop {
            if let Some(received) = self.decode()? {
                return Ok(Some(received));
            }
            self.buffer.resize(HEAD_BYTES + MESSAGE_BYTES, 0);
            let room = &mut self.buffer[self.filled..];
            let (bytes, descriptors) = match sys::receive(socket, room) {
                // The other end died with messages unread. The error stands before what it had sent itself, which can still be read.
                Err(error) if error.raw_os_error() == Some(Errno::ECONNRESET as i32) => {
                    sys::receive(socket, room)?
                }
                received => received?,
            };
            self.filled += bytes;
            self.descriptors.extend(descriptors);
            if bytes == 0 {
                return Ok(None);
            }
        }
    }

    fn decode<T: DeserializeOwned>(&mut self) -> io::Result<Option<Received<T>>> {
        let arrived = &self.buffer[..self.filled];
        let Some((&[a, b, c, d, has_descriptors], rest)) = arrived.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        if length > MESSAGE_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let Some(message) = rest.get(..length) else {
            return Ok(None);
        };
        let message = serde_json::from_slice(message)?;
        let end = HEAD_BYTES + length;
        self.buffer.copy_within(end..self.filled, 0);
        self.filled -= end;
        let descriptors = (has_descriptors == 1).then(|| self.descriptors.pop_front());
        Ok(Some(Received {
            message,
            descriptors: descriptors.flatten().unwrap_or_default(),
        }))
    }
}

/// Sends a short message outside of an event loop, on a channel on which nothing waits to be sent.
pub fn send(socket: &OwnedFd, message: &impl Serialize) -> io::Result<()> {
    Frame::new(message, Vec::new()).send(socket)
}

/// Returns whether stdin is the end of a channel that this process has made. What a worker starts inherits the variables, but another stdin.
pub fn is_stdin(primary: &str) -> bool {
    sys::maker_of_stdin().is_some_and(|maker| maker.to_string() == primary)
}

/// Takes over the end of the channel that is stdin, which is empty from now on: what this process starts must not read from it.
pub fn take_stdin() -> io::Result<OwnedFd> {
    let channel = io::stdin().as_fd().try_clone_to_owned()?;
    let null = std::fs::File::open("/dev/null")?;
    dup2_stdin(&null)?;
    Ok(channel)
}
