//! Who is in: the connections of a worker, counted, and asked to leave when it is time.

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;

use crate::message::Counters;

/// The connections of one worker.
pub struct Hall {
    most: u64,
    counters: Cell<Counters>,
    phase: Cell<Phase>,
    handed: Cell<bool>,
    left: Notify,
    /// Whether somebody has left of whom nothing was said yet.
    some_left: Cell<bool>,
    room: Notify,
    closing: Notify,
}

/// How connections are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// They stay as long as they like.
    Open,
    /// They are closed with their next answer.
    LastAnswers,
    /// Those that are idle are closed now.
    Closing,
}

impl Hall {
    /// Nobody is in yet, and so many may be.
    pub fn new(most: u64) -> Self {
        Self {
            most,
            counters: Cell::default(),
            phase: Cell::new(Phase::Open),
            handed: Cell::new(false),
            left: Notify::new(),
            some_left: Cell::new(false),
            room: Notify::new(),
            closing: Notify::new(),
        }
    }

    /// Somebody is in, until the guest is dropped.
    pub fn enter(self: &Rc<Self>) -> Guest {
        self.count(|counters| counters.connections += 1);
        self.let_in(true)
    }

    /// The primary is in, to see whether we can serve: it is no customer.
    pub fn enter_probe(self: &Rc<Self>) -> Guest {
        self.let_in(false)
    }

    fn let_in(self: &Rc<Self>, is_customer: bool) -> Guest {
        // A probe that is still open must not make this worker look busier than the others.
        self.count(|counters| counters.open += u64::from(is_customer));
        Guest {
            hall: self.clone(),
            is_customer,
        }
    }

    /// How many are in.
    pub fn open(&self) -> u64 {
        self.counters.get().open
    }

    /// What has happened so far.
    pub fn counters(&self) -> Counters {
        self.counters.get()
    }

    /// How connections are treated now.
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// From now on every answer is the last one of its connection.
    pub fn close_after_answers(&self) {
        self.phase.set(self.phase.get().max(Phase::LastAnswers));
    }

    /// From now on nobody waits for a next request.
    pub fn close_idle(&self) {
        self.phase.set(Phase::Closing);
        self.closing.notify_waiters();
    }

    /// Returns when idle connections are to be closed.
    pub async fn closing(&self) {
        let notified = self.closing.notified();
        if self.phase.get() < Phase::Closing {
            notified.await;
        }
        // Once around the event loop: after a pause of this process it tells of timers before it has heard of sockets.
        tokio::task::yield_now().await;
    }

    /// Returns when somebody has left since the last word about it.
    ///
    /// # Cancel safety
    ///
    /// Nobody is forgotten.
    pub async fn somebody_left(&self) {
        while !self.some_left.get() {
            self.left.notified().await;
        }
    }

    /// What is said about those who left holds from now on.
    pub fn told_who_left(&self) {
        self.some_left.set(false);
    }

    /// Returns when there is room for one more.
    pub async fn room(&self) {
        while self.open() >= self.most {
            self.room.notified().await;
        }
    }

    /// Connections come from the primary, which counts them.
    pub fn takes_handed_ones_from_now_on(&self) {
        self.handed.set(true);
    }

    /// Whether the primary counts connections.
    pub fn takes_handed_ones(&self) -> bool {
        self.handed.get()
    }

    /// Connections could not be taken.
    pub fn count_refused(&self, refused: u64) {
        self.count(|counters| counters.accept_errors += refused);
    }

    fn count(&self, change: impl FnOnce(&mut Counters)) {
        let mut counters = self.counters.get();
        change(&mut counters);
        self.counters.set(counters);
    }
}

/// One connection.
pub struct Guest {
    hall: Rc<Hall>,
    is_customer: bool,
}

impl Guest {
    /// A request of it was answered.
    pub fn count_request(&self) {
        let requests = u64::from(self.is_customer);
        self.hall.count(|counters| counters.requests += requests);
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let panicked = std::thread::panicking();
        self.hall.count(|counters| {
            counters.open -= u64::from(self.is_customer);
            counters.panics += u64::from(panicked);
        });
        self.hall.some_left.set(true);
        self.hall.left.notify_one();
        self.hall.room.notify_waiters();
    }
}
