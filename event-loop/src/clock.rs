//! The loop's clock: the machine's, or one that jumps to the next timer instead of waiting.
//!
//! Node counts whole milliseconds, and so may fire a timer up to one of them early. Here nanoseconds are counted: nothing is ever early. What
//! is due within the same [`REAL_GRAIN`] is run together, so that a million timers are not a million waits.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::current::with;

/// Which clock a loop lives by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's monotonic clock.
    #[default]
    Real,
    /// A clock that stands still while code runs and jumps to the next timer when there is nothing else to do: hours pass in no time,
    /// in an order that is the same each time. [`busy`](crate::busy) moves it.
    Virtual,
}

/// Keeps the thread busy for so long, as a computation would; a virtual clock just moves on.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn busy(time: Duration) {
    with(|event_loop| event_loop.time.busy(time));
}

/// How long the loop has been there by its own clock. Node: `performance.now()`.
///
/// # Panics
///
/// Outside a loop.
#[must_use]
#[track_caller]
pub fn elapsed() -> Duration {
    with(|event_loop| Duration::from_nanos(event_loop.time.now()))
}

pub const MILLISECOND: u64 = 1_000_000;

/// About 66 µs: how soon after a pass the next one comes.
const REAL_GRAIN: u64 = 1 << 16;

/// Nanoseconds since the loop began.
pub struct Time {
    started: Instant,
    /// Where a virtual clock stands.
    stands: Option<Cell<u64>>,
}

impl Time {
    pub fn new(clock: Clock) -> Self {
        Self {
            started: Instant::now(),
            stands: (clock == Clock::Virtual).then(Cell::default),
        }
    }

    pub fn now(&self) -> u64 {
        match &self.stands {
            Some(stands) => stands.get(),
            None => nanoseconds(self.started.elapsed()),
        }
    }

    pub fn is_virtual(&self) -> bool {
        self.stands.is_some()
    }

    /// The least difference between two times that counts: Node's millisecond, or [`REAL_GRAIN`].
    pub fn grain(&self) -> u64 {
        if self.is_virtual() {
            MILLISECOND
        } else {
            REAL_GRAIN
        }
    }

    /// Moves a virtual clock on to `then`.
    pub fn jump_to(&self, then: u64) {
        if let Some(stands) = &self.stands {
            stands.set(stands.get().max(then));
        }
    }

    pub fn busy(&self, time: Duration) {
        let until = self.now().saturating_add(nanoseconds(time));
        self.jump_to(until);
        while self.now() < until {
            std::hint::spin_loop();
        }
    }
}

/// `time` in nanoseconds, at most five centuries.
pub fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX / 2)
}
