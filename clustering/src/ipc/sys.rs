//! The few system calls that neither std nor nix makes safe, and with them all `unsafe` of this crate.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{SockFlag, accept4};
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
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let fd = accept4(listener.as_raw_fd(), flags)?;
    Ok(owned(fd))
}

/// Takes the next packet out of the queue of `socket`. Waits for nothing.
///
/// Descriptors for which this process has no room are not in it: the kernel drops the last ones. That is also why this is not nix's
/// `recvmsg`, which then hides those that did arrive, so that nobody could close them.
pub fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<Received> {
    let mut space = Space([0; SPACE_BYTES]);
    let mut into = libc::iovec {
        iov_base: buffer.as_mut_ptr().cast(),
        iov_len: buffer.len(),
    };
    #[expect(unsafe_code, reason = "recvmsg(2) takes a struct of pointers")]
    // SAFETY: zeroes are a valid `msghdr`. Both buffers outlive the call and are as long as is said; the space is aligned as a `cmsghdr`.
    let (bytes, header) = unsafe {
        let mut header: libc::msghdr = std::mem::zeroed();
        header.msg_iov = &raw mut into;
        header.msg_iovlen = 1;
        header.msg_control = space.0.as_mut_ptr().cast();
        header.msg_controllen = SPACE_BYTES;
        let flags = libc::MSG_CMSG_CLOEXEC;
        let bytes = libc::recvmsg(socket.as_raw_fd(), &raw mut header, flags);
        (bytes, header)
    };
    let bytes = Errno::result(bytes)?;
    Ok(Received {
        bytes: bytes.cast_unsigned(),
        descriptors: descriptors(&header),
    })
}

/// Takes over the descriptors that the kernel has made for a packet.
fn descriptors(header: &libc::msghdr) -> Vec<OwnedFd> {
    let mut found = Vec::new();
    #[expect(unsafe_code, reason = "a list of structs of different lengths")]
    // SAFETY: the kernel wrote this list into the space that `header` names and set its length; CMSG_* stay within it, and
    // `cmsg_len` says how many numbers there are. Each is read once, for which reason each has one owner.
    unsafe {
        let mut message = libc::CMSG_FIRSTHDR(header);
        while !message.is_null() {
            let is_rights = (*message).cmsg_level == libc::SOL_SOCKET
                && (*message).cmsg_type == libc::SCM_RIGHTS;
            if is_rights {
                let bytes = (*message).cmsg_len - libc::CMSG_LEN(0) as usize;
                let numbers = libc::CMSG_DATA(message).cast::<RawFd>();
                for index in 0..bytes / size_of::<RawFd>() {
                    found.push(owned(numbers.add(index).read_unaligned()));
                }
            }
            message = libc::CMSG_NXTHDR(header, message);
        }
    }
    found
}

/// Room for [`MOST_DESCRIPTORS`] and the head of their list, aligned as that head.
#[repr(C, align(8))]
struct Space([u8; SPACE_BYTES]);
const SPACE_BYTES: usize = size_of::<libc::cmsghdr>() + MOST_DESCRIPTORS * size_of::<RawFd>();

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

fn owned(fd: RawFd) -> OwnedFd {
    #[expect(unsafe_code, reason = "the number has to be given an owner")]
    // SAFETY: the system call that returned the number has just made the descriptor, so that nobody else owns it.
    unsafe {
        OwnedFd::from_raw_fd(fd)
    }
}
