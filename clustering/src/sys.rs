//! What differs between systems, and the one line of `unsafe` of this crate.
//!
//! Linux has what a cluster wants. Elsewhere something else stands in, or the function does nothing, and says so.

#[cfg(feature = "ops")]
use std::ffi::OsStr;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
#[cfg(feature = "ops")]
use std::os::unix::net::SocketAddr;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::sys::socket::{MsgFlags, getsockopt, sockopt};
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, recvmsg};
use socket2::Socket;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

#[cfg(not(unix))]
compile_error!("clustering is for Unix: its workers are given sockets, which Windows cannot do");

/// The most descriptors that go with one message; Linux takes 253.
pub const MOST_DESCRIPTORS: usize = 32;

/// Sends without SIGPIPE. Elsewhere the signal is ignored, as Rust does at the start of a program.
#[cfg(target_os = "linux")]
pub const NO_SIGNAL: MsgFlags = MsgFlags::MSG_NOSIGNAL;
#[cfg(not(target_os = "linux"))]
pub const NO_SIGNAL: MsgFlags = MsgFlags::empty();

/// Has the kernel kill this process when its parent's thread ends. Elsewhere a worker notices by the end of the channel, unless it is busy.
pub fn follow_parent() -> nix::Result<()> {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    Ok(())
}

/// Returns the process that has made the socket that is stdin, if it is one.
pub fn maker_of_stdin() -> Option<i32> {
    #[cfg(target_os = "linux")]
    let pid = getsockopt(&io::stdin(), sockopt::PeerCredentials).map(|peer| peer.pid());
    #[cfg(not(target_os = "linux"))]
    let pid = getsockopt(&io::stdin(), sockopt::LocalPeerPid);
    pid.ok()
}

/// Returns whether this process was started to ignore the signal. Asking `sigaction` would be `unsafe`; Linux also says it in a file.
pub fn is_ignored(signal: Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.unwrap_or_default() >> (signal as i32 - 1) & 1 == 1
}

/// Takes the next connection out of the queue of `listener`, ready for an event loop. Waits for nothing.
pub fn accept(listener: &OwnedFd) -> io::Result<OwnedFd> {
    #[cfg(target_os = "linux")]
    {
        let flags = rustix::net::SocketFlags::CLOEXEC | rustix::net::SocketFlags::NONBLOCK;
        Ok(rustix::net::accept_with(listener, flags)?)
    }
    #[cfg(not(target_os = "linux"))]
    {
        let (socket, _) = socket2::SockRef::from(listener).accept()?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    }
}

/// Returns whether a socket listens. Elsewhere that is not to be learned, and accepting fails later.
pub fn is_listener(socket: &Socket) -> io::Result<bool> {
    #[cfg(target_os = "linux")]
    return socket.is_listener();
    #[cfg(not(target_os = "linux"))]
    Ok(socket.local_addr().is_ok())
}

/// Cuts a connection whose client takes nothing of an answer for so long. Elsewhere the system decides.
pub fn set_stall_timeout(listener: &Socket, limit: Duration) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    listener.set_tcp_user_timeout(Some(limit))?;
    #[cfg(not(target_os = "linux"))]
    let _ = (listener, limit);
    Ok(())
}

/// Drops new SYNs for this listener. A client that connects meanwhile gets no reply, and tries again a second later.
///
/// A listener that is shut resets the connections in its queue; one could come between the last accept and the shutdown.
pub fn drop_new_syns(listener: &OwnedFd) {
    #[cfg(target_os = "linux")]
    {
        use socket2::SockFilter;
        // In the words of the kernel's packet filters (linux/bpf_common.h): load the flags of TCP's head, look for SYN, drop or take. A handshake that has
        // begun may end: its client would take the connection for open, and get a reset.
        let without_syn = [
            SockFilter::new(0x30, 0, 0, 13),
            SockFilter::new(0x45, 0, 1, 2),
            SockFilter::new(0x06, 0, 0, 0),
            SockFilter::new(0x06, 0, 0, u32::MAX),
        ];
        // Where filters are not allowed, the gap is short all the same.
        let _ = socket2::SockRef::from(listener).attach_filter(&without_syn);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = listener;
}

/// Receives what there is. Waits for nothing. With the bytes come the descriptors of the message that was begun last, if it had any.
///
/// Descriptors for which this process has no room are not among them: the kernel drops the last ones. That is also why this is not nix's
/// `recvmsg`, which then hides those that did arrive, so that they could not be closed.
pub fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<(usize, Option<Vec<OwnedFd>>)> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    #[cfg(target_os = "linux")]
    let flags = RecvFlags::CMSG_CLOEXEC;
    #[cfg(not(target_os = "linux"))]
    let flags = RecvFlags::empty();
    let buffers = &mut [IoSliceMut::new(buffer)];
    let received = recvmsg(socket, buffers, &mut ancillary, flags)?;
    let mut descriptors = received.flags.contains(ReturnFlags::CTRUNC).then(Vec::new);
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.get_or_insert_default().extend(rights);
        }
    }
    #[cfg(not(target_os = "linux"))]
    for descriptor in descriptors.iter().flatten() {
        rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC)?;
    }
    Ok((received.bytes, descriptors))
}

/// Returns the address of a Unix socket: a path, or on Linux `@` and a name.
#[cfg(feature = "ops")]
pub fn unix_address(path: &OsStr) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = path.as_encoded_bytes().strip_prefix(b"@") {
        use std::os::linux::net::SocketAddrExt;
        return SocketAddr::from_abstract_name(name);
    }
    SocketAddr::from_pathname(path)
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
