//! Tracks a worker's open connections: counts, limits and closes them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::ipc::protocol::Counters;

/// The connections of one worker. Atomics, since a connection may be served by any thread.
pub struct ConnectionTracker {
    /// Limits the connections that the worker accepts itself; the primary limits those that it hands over.
    room: Arc<Semaphore>,
    open: AtomicU64,
    connections: AtomicU64,
    requests: AtomicU64,
    panics: AtomicU64,
    failures: AtomicU64,
    accept_errors: AtomicU64,
    last_failure: Mutex<Option<String>>,
    closed: Notify,
    /// Cancelled when each answer is the last one of its connection.
    pub draining: CancellationToken,
    /// Cancelled when idle connections are to be closed.
    pub closing: CancellationToken,
}

impl ConnectionTracker {
    /// Returns a tracker without connections.
    pub fn new(max_connections: u64, draining: CancellationToken) -> Arc<Self> {
        let max = usize::try_from(max_connections).unwrap_or(usize::MAX);
        Arc::new(Self {
            room: Arc::new(Semaphore::new(max.min(Semaphore::MAX_PERMITS))),
            open: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            panics: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            accept_errors: AtomicU64::new(0),
            last_failure: Mutex::default(),
            closed: Notify::new(),
            draining,
            closing: CancellationToken::new(),
        })
    }

    /// Tracks a connection until the guard is dropped.
    pub fn track(self: &Arc<Self>, permit: Option<OwnedSemaphorePermit>) -> ConnectionGuard {
        self.connections.fetch_add(1, Relaxed);
        self.open.fetch_add(1, Relaxed);
        ConnectionGuard::new(self.clone(), false, permit)
    }

    /// Tracks the readiness probe, which does not count: it must not make this worker look busier than the others.
    pub fn track_probe(self: &Arc<Self>) -> ConnectionGuard {
        ConnectionGuard::new(self.clone(), true, None)
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
        self.open.load(Relaxed)
    }

    /// Returns what has happened so far.
    pub fn counters(&self) -> Counters {
        Counters {
            open: self.open(),
            connections: self.connections.load(Relaxed),
            requests: self.requests.load(Relaxed),
            panics: self.panics.load(Relaxed),
            failures: self.failures.load(Relaxed),
            accept_errors: self.accept_errors.load(Relaxed),
        }
    }

    /// Counts connections that could not be taken.
    pub fn count_refused(&self, refused: u64) {
        self.accept_errors.fetch_add(refused, Relaxed);
    }

    /// Takes what a service failed with last.
    pub fn take_failure(&self) -> Option<String> {
        self.last_failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// What is counted of one connection.
pub struct ConnectionState {
    tracker: Arc<ConnectionTracker>,
    is_probe: bool,
    /// An answer was given before the request was read.
    may_be_sending: AtomicBool,
}

impl ConnectionState {
    /// Returns the tracker of all connections.
    #[cfg(feature = "http")]
    pub fn tracker(&self) -> &ConnectionTracker {
        &self.tracker
    }

    /// Counts a request that was answered.
    pub fn count_request(&self) {
        let requests = u64::from(!self.is_probe);
        self.tracker.requests.fetch_add(requests, Relaxed);
    }

    /// Counts a service that failed, and keeps the reason.
    pub fn count_failure(&self, reason: String) {
        self.tracker.failures.fetch_add(1, Relaxed);
        let last = self.tracker.last_failure.lock();
        *last.unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// Counts a handler that panicked.
    pub fn count_panic(&self) {
        self.tracker.panics.fetch_add(1, Relaxed);
    }

    /// Notes that the client may be sending what is not going to be read.
    #[cfg(feature = "http")]
    pub fn leave_unread(&self) {
        self.may_be_sending.store(true, Relaxed);
    }
}

/// Counts a connection as open until it is dropped.
pub struct ConnectionGuard {
    state: Arc<ConnectionState>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl ConnectionGuard {
    fn new(
        tracker: Arc<ConnectionTracker>,
        is_probe: bool,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Self {
        let state = Arc::new(ConnectionState {
            tracker,
            is_probe,
            may_be_sending: AtomicBool::new(false),
        });
        let _permit = permit;
        Self { state, _permit }
    }

    /// Returns what is counted of the connection.
    pub fn state(&self) -> &Arc<ConnectionState> {
        &self.state
    }

    /// Returns whether the client may be sending what is not going to be read.
    pub fn may_be_sending(&self) -> bool {
        self.state.may_be_sending.load(Relaxed)
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let tracker = &self.state.tracker;
        let counted = u64::from(!self.state.is_probe);
        tracker.open.fetch_sub(counted, Relaxed);
        tracker.closed.notify_one();
    }
}
