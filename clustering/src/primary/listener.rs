//! The listening sockets, all of which the primary owns: `server.listen(port)`.
//!
//! The queue of connections that are not accepted yet belongs to the socket, and goes with its last owner. Since that is the primary, no worker can
//! take a connection with it when it dies or leaves.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockFilter, SockRef, Socket, Type};

use super::upgrade;
use crate::Error;
use crate::primary::upgrade::Inherited;

/// As many connections as may wait; the system may allow fewer (`net.core.somaxconn`).
const BACKLOG: i32 = 4096;

/// How long a client may take nothing of an answer before its connection is cut.
const STALLED: Duration = Duration::from_secs(30);

/// A listening socket.
pub struct Listener {
    socket: Arc<OwnedFd>,
    address: SocketAddr,
    /// Another process has it too, and keeps it when we end.
    is_adopted: bool,
}

impl Listener {
    /// Listens on `address`.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`].
    pub fn bind(address: SocketAddr) -> Result<Self, Error> {
        let error = |source| Error::Listen { address, source };
        let socket = listen(address).map_err(error)?;
        Ok(Self {
            address: local_address(&socket).map_err(error)?,
            socket: Arc::new(socket),
            is_adopted: false,
        })
    }

    /// Takes over a listener.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] for what is no listener.
    pub fn adopt(listener: &TcpListener) -> Result<Self, Error> {
        let adopt = || -> io::Result<(OwnedFd, SocketAddr)> {
            let socket = Socket::from(listener.try_clone()?);
            if !socket.is_listener()? {
                let what = "it is a socket that does not listen";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
            }
            prepare(&socket)?;
            Ok((socket.into(), listener.local_addr()?))
        };
        let (socket, address) = adopt().map_err(Error::io("take over the listener"))?;
        Ok(Self {
            socket: Arc::new(socket),
            address,
            is_adopted: true,
        })
    }

    /// Takes over the listener of the primary that this one replaces.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if its address cannot be told.
    pub fn inherit(inherited: Inherited) -> Result<Self, Error> {
        let address = local_address(&inherited.socket);
        Ok(Self {
            address: address.map_err(Error::io("inherit a listener"))?,
            socket: Arc::new(inherited.socket),
            is_adopted: inherited.is_adopted,
        })
    }

    /// Hands it to every program that replaces this one, which finds it by the name.
    pub fn register(&self, name: &str) {
        upgrade::register(name, &self.socket, self.is_adopted);
    }

    /// Leaves the queue to another process.
    pub fn leave(&mut self) {
        self.is_adopted = true;
    }

    /// Returns where it listens, with the port that the system chose if it was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns whether its queue ends with us. The queue of a listener that was handed over waits for the next process.
    pub fn is_ours(&self) -> bool {
        !self.is_adopted
    }

    /// Returns the socket.
    pub fn socket(&self) -> &Arc<OwnedFd> {
        &self.socket
    }
}

/// The few words of the kernel's packet filters that are needed (`linux/bpf_common.h`): a byte at a place, a jump if a bit is set, the end.
const LOAD_BYTE: u16 = 0x30;
const JUMP_IF_SET: u16 = 0x45;
const RETURN: u16 = 0x06;

/// Where the flags are in the head of TCP, and the one of a client that wants to join.
const FLAGS: u32 = 13;
const SYN: u32 = 2;

/// Drops new SYNs for this listener. A client that connects meanwhile gets no reply, and tries again a second later.
///
/// A listener that is shut resets the connections in its queue; one could come between the last accept and the shutdown.
pub fn drop_new_syns(listener: &OwnedFd) {
    // A handshake that has begun may end: its client would take the connection for open, and get a reset.
    let only_joined = [
        SockFilter::new(LOAD_BYTE, 0, 0, FLAGS),
        SockFilter::new(JUMP_IF_SET, 0, 1, SYN),
        SockFilter::new(RETURN, 0, 0, 0),
        SockFilter::new(RETURN, 0, 0, u32::MAX),
    ];
    // Where filters are not allowed, the gap is short all the same.
    let _ = SockRef::from(listener).attach_filter(&only_joined);
}

/// Refuses new connections from now on, on all duplicates of this listener.
pub fn shutdown(listener: &OwnedFd) {
    // A worker may have done so.
    let _ = SockRef::from(listener).shutdown(Shutdown::Read);
}

fn listen(address: SocketAddr) -> io::Result<OwnedFd> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // Connections of an earlier process may linger in the system.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    prepare(&socket)?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn prepare(socket: &Socket) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    // Linux hands these down to each connection, which saves two calls for each.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_user_timeout(Some(STALLED))
}

fn local_address(socket: &OwnedFd) -> io::Result<SocketAddr> {
    let address = SockRef::from(socket).local_addr()?;
    address
        .as_socket()
        .ok_or_else(|| io::Error::from(io::ErrorKind::Unsupported))
}
