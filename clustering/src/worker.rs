//! A worker: it takes what the primary gives it, answers requests, and goes when it is asked to. Node: `cluster.worker`.

mod connection;
mod connections;
mod lingering_close;
mod messages;
mod tracker;

use std::os::fd::OwnedFd;
use std::sync::{Arc, OnceLock};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::getppid;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use connection::Connection;
pub use connections::Connections;
use messages::WAITING;
pub use messages::{FromPrimary, ToPrimary};
#[cfg(feature = "http")]
pub(crate) use tracker::ConnectionState;
pub(crate) use tracker::ConnectionTracker;

use crate::ipc::channel;
use crate::{Error, WorkerId, sys};

/// The variables that tell a worker what it is. Node: `NODE_UNIQUE_ID`.
pub(crate) const WORKER_ID: &str = "CLUSTER_WORKER_ID";
pub(crate) const WORKER_SLOT: &str = "CLUSTER_WORKER_SLOT";
pub(crate) const PRIMARY_PID: &str = "CLUSTER_PRIMARY_PID";

/// Whether this process is one that no cluster has started. Node: `cluster.isPrimary`.
///
/// The children of a worker are primaries: they inherit the variables that make a worker, but not its channel.
pub fn is_primary() -> bool {
    // The channel is taken over by `from_env`, after which the answer must be the same.
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| !std::env::var(PRIMARY_PID).is_ok_and(|pid| channel::is_stdin(&pid)))
}

/// A process that a cluster has started.
pub struct Worker {
    id: WorkerId,
    slot: usize,
    channel: OwnedFd,
    to_primary: ToPrimary,
    outgoing: mpsc::Receiver<Value>,
    /// Where messages go if the program asks for them.
    incoming: Option<mpsc::Sender<Value>>,
    tracker: Arc<ConnectionTracker>,
    #[cfg(feature = "http")]
    pub(crate) access_log: Option<crate::http::AccessLog>,
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
        sys::follow_parent().map_err(io("follow the primary"))?;
        // It may have died before the call.
        if u64::try_from(getppid().as_raw()) != Ok(primary) {
            return Err(Error::Orphaned);
        }
        let channel = channel::take_stdin().map_err(Error::io("take over the channel"))?;
        raise_descriptor_limit();
        let (to_primary, outgoing) = mpsc::channel(WAITING);
        Ok(Self {
            id: WorkerId(id),
            slot: usize::try_from(slot).map_err(|_| Error::NoWorker)?,
            channel,
            to_primary: ToPrimary(to_primary),
            outgoing,
            incoming: None,
            tracker: Arc::default(),
            #[cfg(feature = "http")]
            access_log: None,
        })
    }

    /// Its number. Node: `cluster.worker.id`.
    pub fn id(&self) -> WorkerId {
        self.id
    }

    /// Its place, from 0 on; its replacement has the same.
    pub fn slot(&self) -> usize {
        self.slot
    }

    /// Sends messages to the primary, from any task. Node: `process.send`.
    pub fn sender(&self) -> ToPrimary {
        self.to_primary.clone()
    }

    /// The messages from the primary. They are dropped unless this is called before the worker serves. Node: `process.on('message')`.
    ///
    /// # Panics
    ///
    /// The second time.
    pub fn receiver(&mut self) -> FromPrimary {
        assert!(self.incoming.is_none(), "messages have one reader");
        let (incoming, from_primary) = mpsc::channel(WAITING);
        self.incoming = Some(incoming);
        FromPrimary(from_primary)
    }

    /// Returns a token that is cancelled when this worker is to take no more work and finish what it has: time for goodbyes on long answers, to flush, to
    /// close pools.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn lesson() -> Result<(), clustering::Error> {
    /// let worker = clustering::Worker::from_env()?;
    /// let draining = worker.draining();
    /// tokio::spawn(async move {
    ///     draining.cancelled().await;
    ///     eprintln!("the last answers");
    /// });
    /// # Ok(()) }
    /// ```
    pub fn draining(&self) -> CancellationToken {
        self.tracker.draining.child_token()
    }

    /// Returns a token that is cancelled when the [idle grace](crate::Settings::idle_grace) is over: until then a request may be on its way on an idle
    /// connection, from then on an idle connection is closed. [`Worker::serve`] does so; a program on top of [`Connections`] has to.
    pub fn closing(&self) -> CancellationToken {
        self.tracker.closing.child_token()
    }

    /// Begins to take connections, of whatever protocol. Node: `net.createServer(f).listen(port)`. Tell the cluster not to
    /// [probe](crate::Builder::probe) a worker that does not speak HTTP.
    ///
    /// # Errors
    ///
    /// [`Error::Orphaned`] if the primary is gone, [`Error::Protocol`] if it is of another version.
    pub async fn connections(self) -> Result<Connections, Error> {
        Connections::new(self).await
    }
}

/// A connection is a descriptor, and the usual soft limit is from a time when select(2) could count no further.
pub(crate) fn raise_descriptor_limit() {
    if let Ok((_, hard)) = getrlimit(Resource::RLIMIT_NOFILE) {
        // Failure is harmless.
        let _ = setrlimit(Resource::RLIMIT_NOFILE, hard, hard);
    }
}
