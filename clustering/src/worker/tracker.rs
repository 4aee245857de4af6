//! Tracks a worker's open connections: counts, limits and closes them.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::ipc::protocol::Counters;

/// The connections of one worker.
pub struct ConnectionTracker {
    /// Limits the connections that the worker accepts itself; the primary limits those that it hands over.
    room: Arc<Semaphore>,
    /// What is told to the primary. A lock, since a connection may be served by any thread.
    counted: Mutex<Counted>,
    closed: Notify,
    /// Cancelled when each answer is the last one of its connection.
    pub draining: CancellationToken,
    /// Cancelled when idle connections are to be closed.
    pub closing: CancellationToken,
}

/// What has happened so far.
#[derive(Default)]
pub struct Counted {
    /// The numbers.
    pub counters: Counters,
    /// What a service failed with last.
    pub failure: Option<String>,
}

impl ConnectionTracker {
    /// Returns a tracker without connections.
    pub fn new(
        max_connections: u64,
        draining: CancellationToken,
        closing: CancellationToken,
    ) -> Arc<Self> {
        let max = usize::try_from(max_connections).unwrap_or(usize::MAX);
        Arc::new(Self {
            room: Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS))),
            counted: Mutex::default(),
            closed: Notify::new(),
            draining,
            closing,
        })
    }

    /// Tracks a connection until its state is dropped.
    pub fn track(self: &Arc<Self>, permit: Option<OwnedSemaphorePermit>) -> Arc<ConnectionState> {
        let mut counted = self.counted();
        counted.counters.connections += 1;
        counted.counters.open += 1;
        drop(counted);
        self.state(false, permit)
    }

    /// Tracks the readiness probe, which does not count: it must not make this worker look busier than the others.
    pub fn track_probe(self: &Arc<Self>) -> Arc<ConnectionState> {
        self.state(true, None)
    }

    fn state(
        self: &Arc<Self>,
        is_probe: bool,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Arc<ConnectionState> {
        Arc::new(ConnectionState {
            tracker: self.clone(),
            is_probe,
            may_be_sending: AtomicBool::new(false),
            _permit: permit,
        })
    }

    /// Waits until there is room for one more.
    pub async fn room(&self) -> OwnedSemaphorePermit {
        let permit = self.room.clone().acquire_owned().await;
        permit.expect("the semaphore is never closed")
    }

    /// Waits until a connection has been closed since the last call.
    ///
    /// # Cancel safety
    ///
    /// No connection is forgotten.
    pub async fn connection_closed(&self) {
        self.closed.notified().await;
    }

    /// Returns how many connections are open.
    pub fn open(&self) -> u64 {
        self.counted().counters.open
    }

    /// Returns what has happened so far.
    pub fn counted(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of one connection, which counts as open until this is dropped.
pub struct ConnectionState {
    tracker: Arc<ConnectionTracker>,
    is_probe: bool,
    /// An answer was given before the request was read.
    may_be_sending: AtomicBool,
    _permit: Option<OwnedSemaphorePermit>,
}

impl ConnectionState {
    /// Returns the tracker of all connections.
    pub fn tracker(&self) -> &ConnectionTracker {
        &self.tracker
    }

    /// Returns whether this is the readiness probe.
    #[cfg(feature = "http")]
    pub fn is_probe(&self) -> bool {
        self.is_probe
    }

    /// Counts a request that was answered.
    pub fn count_request(&self) {
        self.tracker.counted().counters.requests += u64::from(!self.is_probe);
    }

    /// Counts a service that failed, and keeps the reason.
    pub fn count_failure(&self, reason: String) {
        let mut counted = self.tracker.counted();
        counted.counters.failures += 1;
        counted.failure = Some(reason);
    }

    /// Notes that the client may be sending what is not going to be read.
    #[cfg(feature = "http")]
    pub fn leave_unread(&self) {
        self.may_be_sending.store(true, Relaxed);
    }

    /// Returns whether the client may be sending what is not going to be read.
    pub fn may_be_sending(&self) -> bool {
        self.may_be_sending.load(Relaxed)
    }
}

impl Drop for ConnectionState {
    fn drop(&mut self) {
        self.tracker.counted().counters.open -= u64::from(!self.is_probe);
        self.tracker.closed.notify_one();
    }
}
