//! A new version of the primary beside the old one: `kill -USR2`, as nginx, unicorn and tableflip have it.
//!
//! The old primary starts the program again and hands it the listeners as soon as it asks for them. When the new one says that its workers serve, the old one lets its own finish, and
//! ends. If the new one ends before, hangs, or cannot be started, the old one has never stopped. Node has no such thing.
//!
//! A program may have several clusters: they are upgraded together. The channel is that of a worker, on the new program's stdin.

use std::io;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, getpid};
use serde::{Deserialize, Serialize};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::listener::{FileId, Origin};
use super::program::program;
use crate::Exit;
use crate::error::strip_os_error;
use crate::ipc::channel::{self, Channel, Incoming};

/// Tells the new program whose successor it is.
const UPGRADES: &str = "CLUSTER_REPLACES";

/// What a service manager says to one process, and not to those that it starts.
pub const FROM_SERVICE_MANAGER: [&str; 4] =
    ["LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID"];

/// From the old primary to the new one, each with its listener.
#[derive(Clone, Serialize, Deserialize)]
pub struct Handed {
    /// The address as the program gave it.
    name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The file that it was bound to, if it was.
    pub file: Option<FileId>,
    /// As many workers as it was scaled to, if it was.
    pub workers: Option<usize>,
}

/// A listener of this process.
struct Registered {
    handed: Handed,
    socket: Weak<OwnedFd>,
}

/// Everything about upgrades belongs to the process, not to one of its clusters.
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
    static PROCESS: Mutex<Process> = Mutex::new(Process {
        listeners: Vec::new(),
        attempt: None,
        starting: 0,
    });
    PROCESS.lock().unwrap_or_else(PoisonError::into_inner)
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
        let primary = std::env::var(UPGRADES).ok()?;
        let is_ours = channel::is_stdin(&primary);
        let channel = UnixStream::from(is_ours.then(channel::take_stdin)?.ok()?);
        channel.set_nonblocking(false).ok()?;
        let channel = OwnedFd::from(channel);
        let mut incoming = Incoming::default();
        let mut listeners = Vec::new();
        // If the old primary has been killed meanwhile, nothing arrives, and this is the only primary.
        let _ = channel::send(&channel, &());
        while let Ok(Some(received)) = incoming.receive::<Option<_>>(&channel) {
            // The end.
            let Some(handed) = received.message else {
                break;
            };
            let socket = received.descriptors.into_iter().next();
            listeners.extend(socket.map(|socket| (handed, socket)));
        }
        Some(Self { channel, listeners })
    }
}

/// Returns whether this process was started by a primary that it is to replace, with SIGUSR2.
pub fn is_upgrade() -> bool {
    predecessor().is_some()
}

/// Takes the listener of that name, if the old primary had one.
pub fn inherit(name: &str) -> Option<(Handed, OwnedFd)> {
    let mut predecessor = predecessor()?;
    let mut listeners = predecessor.listeners.iter();
    let index = listeners.position(|(handed, _)| handed.name == name)?;
    Some(predecessor.listeners.remove(index))
}

/// Hands the listener to every program that replaces this one.
pub fn register(name: &str, socket: &Arc<OwnedFd>, origin: Origin, file: Option<FileId>) {
    let handed = Handed {
        name: name.to_owned(),
        origin,
        file,
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
        Some((_, socket)) => TcpListener::from(socket),
        None => TcpListener::bind(address)?,
    };
    listener.set_nonblocking(true)?;
    let kept = Arc::new(OwnedFd::from(listener.try_clone()?));
    register(&name, &kept, Origin::Bound, None);
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
            let _ = channel::send(&predecessor.channel, &());
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
    let replaced = replace(listeners.collect());
    let attempt = async move {
        let late = || Err("the new program was not ready in time".to_owned());
        timeout(limit, replaced).await.unwrap_or_else(|_| late())
    };
    let attempt = attempt.boxed().shared();
    process.attempt = attempt.downgrade();
    attempt
}

/// Starts the program and waits until it serves. Dropped before, it kills the program.
async fn replace(listeners: Vec<(Handed, Arc<OwnedFd>)>) -> Outcome {
    if getpid() == Pid::from_raw(1) {
        return Err("process 1 cannot be replaced: it would take the container along".to_owned());
    }
    let told = |error: io::Error| strip_os_error(&error);
    let (channel, theirs) = Channel::pair().map_err(told)?;
    let mut program = NewProgram(spawn(theirs).map_err(told)?);
    let serves = async {
        // Not before it asks: a program that hangs would keep the port when this process is killed.
        channel.receive::<()>().await.ok()??;
        for (handed, socket) in listeners {
            channel.push(&Some(handed), vec![socket]);
        }
        channel.push(&None::<Handed>, Vec::new());
        channel.flush().await.ok()?;
        channel.receive::<()>().await.ok()?
    };
    tokio::select! {
        Some(_) = serves => {
            let pid = program.0.id().unwrap_or_default();
            // It lives on, and this process ends soon.
            std::mem::forget(program);
            Ok(pid)
        }
        // Where the channel is closed first, the end follows.
        status = program.0.wait() => {
            let exit = status.map(Exit::from).map_err(told)?;
            Err(format!("the new program ended with {exit}"))
        }
    }
}

/// A new version of the program. It is killed when this is dropped, with what it has started in its group: it may be a script.
struct NewProgram(Child);

impl Drop for NewProgram {
    fn drop(&mut self) {
        // Not reaped, so that the number is still its own.
        if let Some(pid) = self.0.id() {
            let _ = killpg(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL);
        }
    }
}

fn spawn(channel: OwnedFd) -> io::Result<Child> {
    let mut args = std::env::args_os();
    let mut command = Command::new(program()?);
    if let Some(name) = args.next() {
        command.arg0(name);
    }
    for name in FROM_SERVICE_MANAGER {
        command.env_remove(name);
    }
    command.args(args).env(UPGRADES, getpid().to_string());
    command.stdin(channel).process_group(0).spawn()
}
