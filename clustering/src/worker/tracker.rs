//! Tracks a worker's open connections: counts them, and closes them when it is time.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::ipc::protocol::Counters;

/// The connections of one worker.
#[derive(Default)]
pub struct ConnectionTracker {
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
    /// Tracks a connection until its state is dropped.
    pub fn track(self: &Arc<Self>) -> Arc<ConnectionState> {
        let mut counted = self.counted();
        counted.counters.connections += 1;
        counted.counters.open += 1;
        drop(counted);
        ConnectionState::new(self.clone(), false)
    }

    /// Tracks the readiness probe, which does not count: it must not make this worker look busier than the others.
    pub fn track_probe(self: &Arc<Self>) -> Arc<ConnectionState> {
        ConnectionState::new(self.clone(), true)
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
    /// Tracks all connections.
    pub tracker: Arc<ConnectionTracker>,
    /// Whether this is the readiness probe.
    pub is_probe: bool,
    /// Whether the client may be sending what is not going to be read: an answer was given before.
    pub may_be_sending: AtomicBool,
}

impl ConnectionState {
    fn new(tracker: Arc<ConnectionTracker>, is_probe: bool) -> Arc<Self> {
        Arc::new(Self {
            tracker,
            is_probe,
            may_be_sending: AtomicBool::new(false),
        })
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
}

impl Drop for ConnectionState {
    fn drop(&mut self) {
        self.tracker.counted().counters.open -= u64::from(!self.is_probe);
        self.tracker.closed.notify_one();
    }
}
