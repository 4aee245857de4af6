//! A new version of the primary beside the old one: `kill -USR2`, as nginx, unicorn and tableflip have it.
//!
//! The old primary starts the program again and hands it the listeners. When the new one says that its workers serve, the old one lets its own finish, and
//! ends. If the new one ends before, hangs, or cannot be started, the old one has never stopped. Node has no such thing.
//!
//! A program may have several clusters: they are upgraded together. The channel is that of a worker, on the new program's stdin.

use std::io::{self, IoSlice};
use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};
use nix::sys::socket::{MsgFlags, send, sendmsg};
use nix::unistd::{Pid, getpid};
use serde::{Deserialize, Serialize};
use tokio::io::Interest;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Exit;
use crate::error::strip_os_error;
use crate::ipc::channel;
use crate::ipc::sys;

/// Tells the new program whose successor it is.
const UPGRADES: &str = "CLUSTER_UPGRADES";

/// What the new program receives, each with its listener.
#[derive(Clone, Serialize, Deserialize)]
struct Handed {
    /// The address as the program gave it.
    name: String,
    /// A process before us has it too.
    is_adopted: bool,
    /// As many workers as it was scaled to, if it was.
    workers: Option<usize>,
}

/// A listener of this process.
struct Registered {
    handed: Handed,
    socket: Weak<OwnedFd>,
}

/// Everything about upgrades belongs to the process, not to one of its clusters.
#[derive(Default)]
struct Process {
    listeners: Vec<Registered>,
    attempt: Option<WeakShared<BoxFuture<'static, Outcome>>>,
    /// Clusters that do not serve yet.
    starting: usize,
}

/// The PID of the new primary, or why it did not come to serve.
pub type Outcome = Result<u32, String>;
/// An attempt, which all clusters of the process wait for.
pub type Attempt = Shared<BoxFuture<'static, Outcome>>;

fn process() -> MutexGuard<'static, Process> {
    static PROCESS: OnceLock<Mutex<Process>> = OnceLock::new();
    let process = PROCESS.get_or_init(Mutex::default);
    process.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the old primary has handed to this process.
struct Predecessor {
    channel: OwnedFd,
    listeners: Vec<(Handed, OwnedFd)>,
}

fn predecessor() -> Option<MutexGuard<'static, Predecessor>> {
    static PREDECESSOR: OnceLock<Option<Mutex<Predecessor>>> = OnceLock::new();
    let predecessor = PREDECESSOR.get_or_init(|| Predecessor::receive().map(Mutex::new));
    let predecessor = predecessor.as_ref()?.lock();
    Some(predecessor.unwrap_or_else(PoisonError::into_inner))
}

impl Predecessor {
    fn receive() -> Option<Self> {
        // Children inherit the variable too, but they have another parent.
        let is_ours = std::env::var(UPGRADES).ok()? == parent_id().to_string();
        let channel = (is_ours && channel::is_stdin())
            .then(channel::take_stdin)?
            .ok()?;
        let mut buffer = vec![0; channel::PACKET_BYTES];
        let mut listeners = Vec::new();
        // All was sent before this process was started.
        while let Ok(Some(packet)) = channel::receive::<Handed>(&channel, &mut buffer) {
            let socket = packet.descriptors.into_iter().next();
            listeners.extend(socket.map(|socket| (packet.message, socket)));
        }
        Some(Self { channel, listeners })
    }
}

/// Returns whether this process was started by a primary that it is to replace, with SIGUSR2.
pub fn is_upgrade() -> bool {
    predecessor().is_some()
}

/// A listener that the old primary has handed over.
pub struct Inherited {
    /// The socket.
    pub socket: OwnedFd,
    /// Whether others than the two primaries have it.
    pub is_adopted: bool,
    /// As many workers as the old one was scaled to.
    pub workers: Option<usize>,
}

/// Takes the listener of that name, if the old primary had one.
pub fn inherit(name: &str) -> Option<Inherited> {
    let mut predecessor = predecessor()?;
    let mut listeners = predecessor.listeners.iter();
    let index = listeners.position(|(handed, _)| handed.name == name)?;
    let (handed, socket) = predecessor.listeners.remove(index);
    let (is_adopted, workers) = (handed.is_adopted, handed.workers);
    Some(Inherited {
        socket,
        is_adopted,
        workers,
    })
}

/// Hands the listener to every program that replaces this one.
pub fn register(name: &str, socket: &Arc<OwnedFd>, is_adopted: bool) {
    let handed = Handed {
        name: name.to_owned(),
        is_adopted,
        workers: None,
    };
    let socket = Arc::downgrade(socket);
    let mut process = process();
    process
        .listeners
        .retain(|old| old.socket.strong_count() > 0);
    process.listeners.push(Registered { handed, socket });
}

/// Lets the next program begin with that many workers behind a listener.
pub fn scaled(socket: &Arc<OwnedFd>, workers: usize) {
    for one in &mut process().listeners {
        if std::ptr::eq(one.socket.as_ptr(), Arc::as_ptr(socket)) {
            one.handed.workers = Some(workers);
        }
    }
}

/// Listens, or takes over the listener of the primary that this one replaces: for what a program listens on beside its clusters. The listener is
/// ready for an event loop.
///
/// # Errors
///
/// What the system says.
pub fn listen(address: &str) -> io::Result<TcpListener> {
    // Apart from the clusters' names.
    let name = format!("beside {address}");
    let listener = match inherit(&name) {
        Some(inherited) => TcpListener::from(inherited.socket),
        None => TcpListener::bind(address)?,
    };
    listener.set_nonblocking(true)?;
    let kept = Arc::new(OwnedFd::from(listener.try_clone()?));
    register(&name, &kept, false);
    // It lives as long as the process.
    std::mem::forget(kept);
    Ok(listener)
}

/// A cluster that does not serve yet.
pub struct Starting(());

impl Starting {
    /// Counts a cluster that was built.
    pub fn new() -> Self {
        process().starting += 1;
        Self(())
    }

    /// Tells the old primary, when this was the last cluster of the process, that it may leave.
    pub fn serves(self) {
        drop(self);
        if process().starting > 0 {
            return;
        }
        if let Some(mut predecessor) = predecessor() {
            // The program does not listen there any more.
            predecessor.listeners.clear();
            // The old primary may have been killed meanwhile: then this is the only one.
            let channel = predecessor.channel.as_raw_fd();
            let _ = send(channel, b"ready", MsgFlags::MSG_NOSIGNAL);
        }
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        process().starting -= 1;
    }
}

/// Starts the program beside this one, unless another cluster of this process has just done so.
pub fn start(limit: Duration) -> Attempt {
    let mut process = process();
    let under_way = process.attempt.as_ref().and_then(WeakShared::upgrade);
    if let Some(attempt) = under_way.filter(|attempt| !matches!(attempt.peek(), Some(Err(_)))) {
        return attempt;
    }
    let listeners = process.listeners.iter();
    let listeners = listeners.filter_map(|one| Some((one.handed.clone(), one.socket.upgrade()?)));
    let attempt = attempt(listeners.collect(), limit).boxed().shared();
    process.attempt = attempt.downgrade();
    attempt
}

async fn attempt(listeners: Vec<(Handed, Arc<OwnedFd>)>, limit: Duration) -> Outcome {
    if getpid() == Pid::from_raw(1) {
        return Err("process 1 cannot be replaced: it would take the container along".to_owned());
    }
    let (mut child, channel) = spawn(&listeners).map_err(|error| strip_os_error(&error))?;
    drop(listeners);
    let ended = |status: io::Result<ExitStatus>| match status.map(Exit::from) {
        Ok(exit) => Err(format!("the new program ended with {exit}")),
        Err(error) => Err(strip_os_error(&error)),
    };
    let ready = async {
        let channel = sys::watch(channel, Interest::READABLE)?;
        let mut word = [0; 8];
        let word = channel.async_io(Interest::READABLE, |channel| {
            sys::receive(channel, &mut word)
        });
        io::Result::Ok(word.await?.bytes > 0)
    };
    let outcome = timeout(limit, async {
        tokio::select! {
            Ok(true) = ready => {}
            // Where the channel is closed first, the end follows.
            status = child.process().wait() => return ended(status),
        }
        Ok(())
    });
    match outcome.await {
        Ok(Ok(())) => Ok(child.release().and_then(|child| child.id()).unwrap_or(0)),
        Ok(Err(reason)) => Err(reason),
        Err(_) => Err("the new program was not ready in time".to_owned()),
    }
}

fn spawn(listeners: &[(Handed, Arc<OwnedFd>)]) -> io::Result<(KilledUnlessReleased, OwnedFd)> {
    let (ours, theirs) = channel::pair()?;
    for (handed, socket) in listeners {
        let (bytes, descriptors) = (serde_json::to_vec(handed)?, [socket.as_raw_fd()]);
        let rights = [nix::sys::socket::ControlMessage::ScmRights(&descriptors)];
        let parts = [IoSlice::new(&bytes)];
        sendmsg::<()>(
            ours.as_raw_fd(),
            &parts,
            &rights,
            MsgFlags::MSG_NOSIGNAL,
            None,
        )?;
    }
    let mut args = std::env::args_os();
    let mut command = Command::new(program()?);
    if let Some(name) = args.next() {
        command.arg0(name);
    }
    command
        .args(args)
        .env(UPGRADES, getpid().to_string())
        .stdin(theirs);
    // What a service manager said, it said to this process.
    for name in ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID"] {
        command.env_remove(name);
    }
    Ok((KilledUnlessReleased(Some(command.spawn()?)), ours))
}

/// A new primary that is not ready yet.
struct KilledUnlessReleased(Option<Child>);

impl KilledUnlessReleased {
    fn process(&mut self) -> &mut Child {
        self.0.as_mut().expect("it is released at the end")
    }

    fn release(&mut self) -> Option<Child> {
        self.0.take()
    }
}

impl Drop for KilledUnlessReleased {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended by itself. The runtime reaps it.
            let _ = child.start_kill();
        }
    }
}

/// Returns the program of this process as a person would name it: where a symbolic link or another file is put in its place, that is what is started.
/// `/proc/self/exe` names the file that was running, which a deployment may have removed.
///
/// # Errors
///
/// What the system says of `/proc/self/exe`, where the name by which the process was started leads nowhere.
pub fn program() -> io::Result<PathBuf> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let name = PathBuf::from(std::env::args_os().next()?);
        let found = match name.components().count() {
            0 => None,
            1 if !name.has_root() && !name.to_str().is_some_and(|name| name.contains('/')) => {
                let path = std::env::var_os("PATH")?;
                std::env::split_paths(&path)
                    .map(|folder| folder.join(&name))
                    .find(|file| is_running(file))
            }
            _ => std::path::absolute(&name).ok(),
        };
        found.filter(|file| is_running(file))
    });
    program.clone().map_or_else(std::env::current_exe, Ok)
}

/// Returns whether a file is the program of this process.
fn is_running(file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |file: &Path| file.metadata().map(|file| (file.dev(), file.ino()));
    match (id(file), id(Path::new("/proc/self/exe"))) {
        (Ok(file), Ok(running)) => file == running,
        _ => false,
    }
}
