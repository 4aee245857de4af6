//! The channel between primary and worker: packets of JSON, and descriptors beside them. Node: `process.send(message, handle)`.
//!
//! A pair of `SOCK_SEQPACKET` sockets keeps the borders of packets, tells when the other end is gone, and never lets a packet overtake another:
//! "drain" comes after every connection that was sent before it. The worker's end is its stdin, so that no number has to be agreed upon.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, getsockopt, sendmsg, setsockopt,
    socketpair, sockopt,
};
use nix::unistd::dup2_stdin;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::ipc::sys;

/// The most bytes of a packet.
pub const PACKET_BYTES: usize = 64 * 1024;

/// One end of the channel.
pub struct Channel {
    socket: AsyncFd<OwnedFd>,
    /// Where packets arrive.
    buffer: RefCell<Box<[u8]>>,
}

/// What was received.
pub struct Packet<T> {
    /// The message.
    pub message: T,
    /// What came with it.
    pub descriptors: Vec<OwnedFd>,
}

impl Channel {
    /// Our end of a new channel, and the end for the worker.
    pub fn pair() -> io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = pair()?;
        Ok((Self::new(ours)?, theirs))
    }

    /// Takes over one end.
    pub fn new(socket: OwnedFd) -> io::Result<Self> {
        let socket = sys::watch(socket, Interest::READABLE | Interest::WRITABLE)?;
        let buffer = RefCell::new(vec![0; PACKET_BYTES].into());
        Ok(Self { socket, buffer })
    }

    /// Sends a packet, when there is room for it.
    ///
    /// # Errors
    ///
    /// `EPIPE` if the other end is gone.
    ///
    /// # Cancel safety
    ///
    /// A packet is sent whole or not at all.
    pub async fn send<T: Serialize>(
        &self,
        message: &T,
        descriptors: &[BorrowedFd<'_>],
    ) -> io::Result<()> {
        let bytes = serde_json::to_vec(message)?;
        let numbers: Vec<_> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        let rights = [ControlMessage::ScmRights(&numbers)];
        let rights = if numbers.is_empty() { &[] } else { &rights[..] };
        let send = |socket: &OwnedFd| {
            let flags = MsgFlags::MSG_NOSIGNAL;
            let parts = [IoSlice::new(&bytes)];
            Ok(sendmsg::<()>(
                socket.as_raw_fd(),
                &parts,
                rights,
                flags,
                None,
            )?)
        };
        self.socket.async_io(Interest::WRITABLE, send).await?;
        Ok(())
    }

    /// The next packet, or `None` when the other end is gone and all that it sent is read.
    ///
    /// # Errors
    ///
    /// Whatever the system says, and `InvalidData` for what is no message of this type.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    pub async fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<Packet<T>>> {
        let receive = |socket: &OwnedFd| receive(socket, &mut self.buffer.borrow_mut());
        self.socket.async_io(Interest::READABLE, receive).await
    }

    /// The next packet if it is there already.
    pub fn try_receive<T: DeserializeOwned>(&self) -> io::Result<Option<Packet<T>>> {
        receive(self.socket.get_ref(), &mut self.buffer.borrow_mut())
    }
}

/// Returns both ends of a new channel.
pub fn pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let (ours, theirs) = socketpair(AddressFamily::Unix, SockType::SeqPacket, None, flags)?;
    // Room for a few of the largest packets each way, so that a long message does not hold up a connection.
    for end in [&ours, &theirs] {
        setsockopt(end, sockopt::SndBuf, &(8 * PACKET_BYTES))?;
    }
    Ok((ours, theirs))
}

/// Returns whether stdin is the end of a channel.
pub fn is_stdin() -> bool {
    getsockopt(&io::stdin(), sockopt::SockType) == Ok(SockType::SeqPacket)
}

/// Takes over the end of the channel that is stdin, which is empty from now on: what this process starts must not read from it.
pub fn take_stdin() -> io::Result<OwnedFd> {
    let channel = io::stdin().as_fd().try_clone_to_owned()?;
    let null = std::fs::File::open("/dev/null")?;
    dup2_stdin(&null)?;
    Ok(channel)
}

/// Takes the next packet if there is one.
pub fn receive<T: DeserializeOwned>(
    socket: &OwnedFd,
    buffer: &mut [u8],
) -> io::Result<Option<Packet<T>>> {
    let received = match sys::receive(socket, buffer) {
        // The other end died with packets unread. The error stands before what it had sent itself, which can still be read.
        Err(error) if error.raw_os_error() == Some(Errno::ECONNRESET as i32) => {
            sys::receive(socket, buffer)?
        }
        received => received?,
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    Ok(Some(Packet {
        message: serde_json::from_slice(&buffer[..received.bytes])?,
        descriptors: received.descriptors,
    }))
}
