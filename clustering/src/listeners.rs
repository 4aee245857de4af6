//! The listening sockets, all of which the primary owns: `server.listen(port)`.
//!
//! The queue of connections that nobody has accepted yet belongs to the socket, and goes with its last owner. Since that is the primary, no worker can
//! take a connection with it when it dies or leaves.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use nix::unistd::Pid;
use socket2::{Domain, Protocol, SockFilter, SockRef, Socket, Type};

use crate::replace::Inheritance;
use crate::{Error, Scheduling};

/// As many connections as may wait; the system may allow fewer (`net.core.somaxconn`).
const BACKLOG: i32 = 4096;

/// How long a client may take nothing of an answer before its connection is cut.
const STALLED: Duration = Duration::from_secs(30);

/// One listener, or one for each slot.
pub struct Listeners {
    sockets: Vec<Rc<OwnedFd>>,
    address: SocketAddr,
    scheduling: Scheduling,
    /// Somebody else has them too, who keeps them when we end.
    adopted: bool,
    /// The workers of a primary that was here before.
    finishing: Vec<Pid>,
}

impl Listeners {
    /// Listens on `address`, for so many workers.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`], also where `SO_REUSEPORT` alone would share the port with a stranger.
    pub fn bind(
        address: SocketAddr,
        scheduling: Scheduling,
        workers: usize,
    ) -> Result<Self, Error> {
        let error = |source| Error::Listen { address, source };
        if scheduling == Scheduling::ReusePort {
            open(address, false).map_err(error)?;
        }
        let first = listen(address, scheduling).map_err(error)?;
        let mut listeners = Self {
            address: local_address(&first).map_err(error)?,
            sockets: vec![Rc::new(first)],
            scheduling,
            adopted: false,
            finishing: Vec::new(),
        };
        listeners.grow(workers)?;
        Ok(listeners)
    }

    /// Takes over a listener.
    ///
    /// # Errors
    ///
    /// [`Error::OneListener`] where each worker is to have its own.
    pub fn adopt(listener: &TcpListener, scheduling: Scheduling) -> Result<Self, Error> {
        if scheduling == Scheduling::ReusePort {
            return Err(Error::OneListener);
        }
        let error = Error::io("take over the listener");
        let adopt = || -> io::Result<(OwnedFd, SocketAddr)> {
            let socket = Socket::from(listener.try_clone()?);
            if !socket.is_listener()? {
                let what = "it is a socket that does not listen";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
            }
            prepare(&socket)?;
            Ok((socket.into(), listener.local_addr()?))
        };
        let (socket, address) = adopt().map_err(error)?;
        Ok(Self {
            sockets: vec![Rc::new(socket)],
            address,
            scheduling,
            adopted: true,
            finishing: Vec::new(),
        })
    }

    /// Takes over what another primary has left.
    pub fn inherit(inheritance: Inheritance, scheduling: Scheduling) -> Result<Self, Error> {
        let mut listeners = inheritance.listeners.into_iter();
        let nothing = || Error::io("inherit a listener")(io::ErrorKind::NotFound.into());
        let first = listeners.next().ok_or_else(nothing)?;
        let address = local_address(&first).map_err(Error::io("inherit a listener"))?;
        let all = std::iter::once(first).chain(listeners);
        Ok(Self {
            sockets: all.map(Rc::new).collect(),
            address,
            scheduling,
            adopted: inheritance.adopted,
            finishing: inheritance.finishing,
        })
    }

    /// The workers of a primary that was here before, to be reaped.
    pub fn take_finishing(&mut self) -> Vec<Pid> {
        std::mem::take(&mut self.finishing)
    }

    /// Sees to it that each of so many workers has a listener, if each is to have one.
    pub fn grow(&mut self, workers: usize) -> Result<(), Error> {
        let address = self.address;
        while self.scheduling == Scheduling::ReusePort && self.sockets.len() < workers {
            let error = |source| Error::Listen { address, source };
            let socket = listen(address, self.scheduling).map_err(error)?;
            self.sockets.push(Rc::new(socket));
        }
        Ok(())
    }

    /// Where they listen, with the port that the system chose if it was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether their queues end with us. The queue of a listener that was handed over waits for whoever comes next.
    pub fn are_ours(&self) -> bool {
        !self.adopted
    }

    /// The sockets by their number.
    pub fn sockets(&self) -> &[Rc<OwnedFd>] {
        &self.sockets
    }
}

/// The few words of the kernel's packet filters that are needed (`linux/bpf_common.h`): a byte at a place, a jump if a bit is set, the end.
const LOAD_BYTE: u16 = 0x30;
const JUMP_IF_SET: u16 = 0x45;
const RETURN: u16 = 0x06;

/// Where the flags are in the head of TCP, and the one of a client that wants to join.
const FLAGS: u32 = 13;
const SYN: u32 = 2;

/// Keeps everybody from joining the queue of this listener. Whoever tries meanwhile hears nothing, and tries again a second later.
///
/// A listener that is shut resets whoever is in its queue; between the last accept and the shutting somebody might have joined it.
pub fn bar(listener: &OwnedFd) {
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

/// Refuses everybody from now on, wherever else there are duplicates of this listener.
pub fn shut(listener: &OwnedFd) {
    // Somebody else may have done so.
    let _ = SockRef::from(listener).shutdown(Shutdown::Read);
}

fn open(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // Connections of an earlier process may linger in the system.
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

fn listen(address: SocketAddr, scheduling: Scheduling) -> io::Result<OwnedFd> {
    let socket = open(address, scheduling == Scheduling::ReusePort)?;
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
