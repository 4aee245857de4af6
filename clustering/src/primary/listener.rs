//! The listening sockets, all of which the primary owns: `server.listen(port)`.
//!
//! The queue of connections that are not accepted yet belongs to the socket, and goes with its last owner. Since that is the primary, no worker can
//! take a connection with it when it dies or leaves.

use std::fmt;
use std::fs;
use std::io;
use std::net::{Shutdown, SocketAddr, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use socket2::{Domain, Protocol, SockAddr, SockRef, Socket, Type};

use super::upgrade::Handed;
use crate::handle::Turn;
use crate::{Error, sys};

/// As many connections as may wait; the system may allow fewer (`net.core.somaxconn`).
const BACKLOG: i32 = 4096;

/// How long a client may take nothing of an answer before its connection is cut.
const STALLED: Duration = Duration::from_secs(30);

/// Where a cluster listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A port, the one that the system chose if it was 0.
    Tcp(SocketAddr),
    /// The file of a Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(out),
            Self::Unix(path) => write!(out, "unix:{}", path.display()),
        }
    }
}

/// Where a listener comes from, and so who keeps its queue when this process ends.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// This process has bound it.
    Bound,
    /// A primary before this one has bound it, and keeps it until this one serves.
    Inherited,
    /// A service manager has bound it, and keeps it.
    Adopted,
}

/// A file, which its path may not name any more: its device and its number.
pub type FileId = (u64, u64);

/// A listening socket.
pub struct Listener {
    /// What the workers, and new versions of the program, get as well.
    pub socket: Arc<OwnedFd>,
    /// Where it listens.
    pub address: Address,
    /// Where it comes from.
    pub origin: Origin,
    /// Its file, if it was bound to one. As long as the socket is open the system gives no other file this number.
    pub file: Option<FileId>,
    turn: Turn,
}

impl Listener {
    /// Listens on an address: `host:port` or `unix:path`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`], [`Error::Listen`].
    pub fn bind(text: &str, turn: &Turn) -> Result<Self, Error> {
        let address = match text.strip_prefix("unix:") {
            Some(path) => Address::Unix(std::path::absolute(path).map_err(wrong(text))?),
            None => Address::Tcp(resolve(text)?),
        };
        let socket = match &address {
            Address::Tcp(address) => listen(*address),
            Address::Unix(path) => listen_on_file(path),
        };
        let socket = socket.and_then(|socket| Ok((local_address(&socket)?, socket)));
        let (address, socket) = socket.map_err(|source| Error::Listen { address, source })?;
        Ok(Self {
            socket: Arc::new(socket.into()),
            file: file_at(&address),
            address,
            origin: Origin::Bound,
            turn: turn.clone(),
        })
    }

    /// Takes over a listener.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] for what is no listener.
    pub fn adopt(listener: &OwnedFd, turn: &Turn) -> Result<Self, Error> {
        let adopt = || -> io::Result<Self> {
            let socket = Socket::from(listener.try_clone()?);
            if !sys::is_listener(&socket)? {
                let what = "it is a socket that does not listen";
                return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
            }
            let address = local_address(&socket)?;
            prepare(&socket, &address)?;
            Ok(Self {
                socket: Arc::new(socket.into()),
                file: None,
                address,
                origin: Origin::Adopted,
                turn: turn.clone(),
            })
        };
        adopt().map_err(Error::io("take over the listener"))
    }

    /// Takes over the listener of the primary that this one replaces.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if its address cannot be told.
    pub fn inherit(handed: &Handed, socket: OwnedFd, turn: &Turn) -> Result<Self, Error> {
        let socket = Socket::from(socket);
        let address = local_address(&socket).map_err(Error::io("inherit a listener"))?;
        let origin = match handed.origin {
            Origin::Bound | Origin::Inherited => Origin::Inherited,
            Origin::Adopted => Origin::Adopted,
        };
        Ok(Self {
            socket: Arc::new(socket.into()),
            file: handed.file,
            address,
            origin,
            turn: turn.clone(),
        })
    }

    /// Returns whether its queue ends with us. That of a listener which another process has as well waits for that process.
    pub fn is_ours(&self) -> bool {
        let has_come = match self.origin {
            Origin::Bound => true,
            Origin::Inherited => self.turn.began.is_cancelled(),
            Origin::Adopted => false,
        };
        has_come && !self.turn.ended.is_cancelled()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Another program may have put its own there, or an administrator may have removed it.
        if let Address::Unix(path) = &self.address
            && self.is_ours()
            && file_at(&self.address) == self.file
        {
            let _ = fs::remove_file(path);
        }
    }
}

/// Returns the file of a Unix socket, if there is one.
fn file_at(address: &Address) -> Option<FileId> {
    let Address::Unix(path) = address else {
        return None;
    };
    let file = fs::symlink_metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}

/// Refuses new connections from now on, on all duplicates of this listener.
pub fn shutdown(listener: &OwnedFd) {
    // A worker may have done so.
    let _ = SockRef::from(listener).shutdown(Shutdown::Read);
}

fn wrong(text: &str) -> impl Fn(io::Error) -> Error {
    move |source| Error::Address {
        text: text.to_owned(),
        source,
    }
}

fn resolve(text: &str) -> Result<SocketAddr, Error> {
    let mut addresses = text.to_socket_addrs().map_err(wrong(text))?;
    let none = || wrong(text)(io::ErrorKind::NotFound.into());
    addresses.next().ok_or_else(none)
}

fn listen(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // Connections of an earlier process may linger in the system.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    prepare(&socket, &Address::Tcp(address))?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

/// Listens on a file. One that a killed process has left is replaced.
fn listen_on_file(path: &Path) -> io::Result<Socket> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let address = SockAddr::unix(path)?;
    // Any other answer, also that the queue is full, comes from a listener; and a file that is no socket is not ours to remove.
    let is_refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    let file = fs::symlink_metadata(path);
    if file.is_ok_and(|file| file.file_type().is_socket())
        && socket.connect(&address).is_err_and(is_refused)
    {
        fs::remove_file(path)?;
    }
    socket.bind(&address)?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

fn prepare(socket: &Socket, address: &Address) -> io::Result<()> {
    socket.set_nonblocking(true)?;
    if let Address::Tcp(_) = address {
        // Linux hands these down to each connection, which saves two calls for each.
        socket.set_tcp_nodelay(true)?;
        sys::set_stall_timeout(socket, STALLED)?;
    }
    Ok(())
}

fn local_address(socket: &Socket) -> io::Result<Address> {
    let address = socket.local_addr()?;
    let tcp = address.as_socket().map(Address::Tcp);
    let unix = || Some(Address::Unix(address.as_pathname()?.to_owned()));
    let unsupported = || io::Error::from(io::ErrorKind::Unsupported);
    tcp.or_else(unix).ok_or_else(unsupported)
}
