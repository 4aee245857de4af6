//! The system calls around sockets and the descriptors that go with packets; and the one line of `unsafe` of this crate.

use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SocketFlags, accept_with, recvmsg,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The most descriptors that go with one packet; the kernel takes 253.
pub const MOST_DESCRIPTORS: usize = 32;

/// What came in one packet.
pub struct Received {
    /// How many bytes; none means that the other end is gone.
    pub bytes: usize,
    /// The descriptors that came with them, in the order in which they were sent.
    pub descriptors: Vec<OwnedFd>,
}

/// Takes the next connection out of the queue of `listener`, ready for an event loop. Waits for nothing.
pub fn accept(listener: &OwnedFd) -> io::Result<OwnedFd> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    Ok(accept_with(listener, flags)?)
}

/// Takes the next packet out of the queue of `socket`. Waits for nothing.
///
/// Descriptors for which this process has no room are not in it: the kernel drops the last ones. That is also why this is not nix's
/// `recvmsg`, which then hides those that did arrive, so that they could not be closed.
pub fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<Received> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let mut parts = [IoSliceMut::new(buffer)];
    let flags = RecvFlags::CMSG_CLOEXEC;
    let bytes = recvmsg(socket, &mut parts, &mut ancillary, flags)?.bytes;
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok(Received { bytes, descriptors })
}

/// Waits for a descriptor in the event loop of tokio.
pub fn watch(fd: OwnedFd, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    #[expect(
        unsafe_code,
        reason = "tokio cannot know that a type keeps its descriptor"
    )]
    // SAFETY: an OwnedFd is open, stays open as long as it lives, and always answers with the same number.
    let watched = unsafe { AsyncFd::register_with_interest(fd, interest) };
    watched.map_err(io::Error::from)
}
