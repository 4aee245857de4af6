//! A worker: it takes what the primary gives it, answers requests, and goes when it is asked to. Node: `cluster.worker`.

mod messages;
mod run;

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;

use bytes::Bytes;
use hyper::Request;
use hyper::Response;
use hyper::body::Body as HttpBody;
use hyper::service::Service;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::Signal;
use nix::sys::socket::{SockType, getsockopt, sockopt};
use nix::unistd::{dup2_stdin, getppid};
use tokio::runtime::{Builder, LocalOptions};
use tokio::task::LocalSet;

pub use messages::{FromPrimary, ToPrimary};

use crate::{Body, Error, WorkerId};

/// The variables that tell a worker what it is. Node: `NODE_UNIQUE_ID`.
pub(crate) const WORKER_ID: &str = "CLUSTER_WORKER_ID";
pub(crate) const WORKER_SLOT: &str = "CLUSTER_WORKER_SLOT";
pub(crate) const PRIMARY_PID: &str = "CLUSTER_PRIMARY_PID";

/// Any error of a service.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Whether this process is one that no cluster has started. Node: `cluster.isPrimary`.
///
/// The children of a worker are primaries: they inherit the variables that make a worker, but not its channel.
pub fn is_primary() -> bool {
    // The channel is taken over by `from_env`, after which the answer must be the same.
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let is_channel = || {
            let kind = getsockopt(&io::stdin(), sockopt::SockType);
            kind == Ok(SockType::SeqPacket)
        };
        std::env::var_os(WORKER_ID).is_none() || !is_channel()
    })
}

/// A process that a cluster has started.
pub struct Worker {
    id: WorkerId,
    slot: usize,
    channel: OwnedFd,
    messages: messages::Ends,
}

impl Worker {
    /// Takes over what the primary has left for this process. To be called once, first of all.
    ///
    /// From here on the kernel kills this process when the primary is gone, whatever it is doing.
    ///
    /// # Errors
    ///
    /// [`Error::NoWorker`] in any other process, [`Error::Orphaned`] if the primary is gone already, [`Error::Io`] if the system does not
    /// let it follow the primary.
    pub fn from_env() -> Result<Self, Error> {
        if is_primary() {
            return Err(Error::NoWorker);
        }
        let number = |name| -> Option<u64> { std::env::var(name).ok()?.parse().ok() };
        let (id, slot, primary) = (number(WORKER_ID), number(WORKER_SLOT), number(PRIMARY_PID));
        let (Some(id), Some(slot), Some(primary)) = (id, slot, primary) else {
            return Err(Error::NoWorker);
        };
        let io = |attempt| move |errno: nix::Error| Error::io(attempt)(errno.into());
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL).map_err(io("follow the primary"))?;
        // It may have died before the kernel knew of our wish.
        if u64::try_from(getppid().as_raw()) != Ok(primary) {
            return Err(Error::Orphaned);
        }
        let stdin = io::stdin();
        let channel = stdin.as_fd().try_clone_to_owned();
        let channel = channel.map_err(Error::io("take over the channel"))?;
        // What this process starts must not read from the channel.
        let null = std::fs::File::open("/dev/null").map_err(Error::io("open /dev/null"))?;
        dup2_stdin(&null).map_err(io("leave stdin"))?;
        raise_descriptor_limit();
        Ok(Self {
            id: WorkerId(id),
            slot: usize::try_from(slot).map_err(|_| Error::NoWorker)?,
            channel,
            messages: messages::Ends::new(),
        })
    }

    /// Its number. Node: `cluster.worker.id`.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// Its place, from 0 on; whoever replaces it has the same.
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// Sends messages to the primary, from any task. Node: `process.send`.
    pub fn sender(&self) -> ToPrimary {
        self.messages.sender()
    }

    /// The messages from the primary. Those that nobody takes are dropped. Node: `process.on('message')`.
    ///
    /// # Panics
    ///
    /// The second time.
    pub fn receiver(&mut self) -> FromPrimary {
        self.messages.receiver()
    }

    /// Answers requests until the primary wants no more of it; then all that had begun is answered, and the process should end.
    ///
    /// It can be awaited in any runtime of tokio, and answers on the thread that awaits it: services need not be `Send`, and may
    /// spawn what should run on others. A panic in a service costs the connection on which it happened.
    ///
    /// # Errors
    ///
    /// [`Error::Orphaned`] if the primary is gone, [`Error::Protocol`] if it is of another version.
    pub async fn serve<S, B>(self, service: S) -> Result<(), Error>
    where
        S: Service<Request<Body>, Response = Response<B>> + 'static,
        S::Error: Into<BoxError>,
        B: HttpBody<Data = Bytes> + 'static,
        B::Error: Into<BoxError>,
    {
        // Connections are tasks of this thread, whatever the runtime.
        let connections = LocalSet::new();
        connections
            .run_until(run::run(self.channel, self.messages, service))
            .await
    }

    /// As [`Worker::serve`], in a runtime of its own.
    ///
    /// # Errors
    ///
    /// As [`Worker::serve`], and [`Error::InRuntime`] where that should be awaited.
    pub fn serve_blocking<S, B>(self, service: S) -> Result<(), Error>
    where
        S: Service<Request<Body>, Response = Response<B>> + 'static,
        S::Error: Into<BoxError>,
        B: HttpBody<Data = Bytes> + 'static,
        B::Error: Into<BoxError>,
    {
        if tokio::runtime::Handle::try_current().is_ok() {
            return Err(Error::InRuntime);
        }
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default());
        let runtime = runtime.map_err(Error::io("start the event loop"))?;
        runtime.block_on(run::run(self.channel, self.messages, service))
    }
}

/// A connection is a descriptor, and the usual soft limit is from a time when select(2) could count no further.
pub(crate) fn raise_descriptor_limit() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // It is no more than a wish.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}
