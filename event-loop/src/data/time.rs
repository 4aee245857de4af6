//! The time of a loop, in nanoseconds since it began.
//!
//! Node counts whole milliseconds, and so may fire a timer up to one of them early. Here nothing is ever early. What is due within the same
//! [`REAL_RESOLUTION`] runs together, so that a million timers are not a million waits.

use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::api::clock::Clock;

pub const MILLISECOND: u64 = 1_000_000;

/// About 66 µs: how soon after a pass the next one comes.
const REAL_RESOLUTION: u64 = 1 << 16;

/// Nanoseconds since the loop began.
pub struct Time {
    started: Instant,
    /// The time of a virtual clock.
    virtual_now: Option<Cell<u64>>,
}

impl Time {
    pub fn new(clock: Clock) -> Self {
        Self {
            started: Instant::now(),
            virtual_now: (clock == Clock::Virtual).then(Cell::default),
        }
    }

    pub fn now(&self) -> u64 {
        match &self.virtual_now {
            Some(virtual_now) => virtual_now.get(),
            None => nanoseconds(self.started.elapsed()),
        }
    }

    pub fn is_virtual(&self) -> bool {
        self.virtual_now.is_some()
    }

    /// The least difference between two times that counts: Node's millisecond, or [`REAL_RESOLUTION`].
    pub fn resolution(&self) -> u64 {
        if self.is_virtual() {
            MILLISECOND
        } else {
            REAL_RESOLUTION
        }
    }

    /// Moves a virtual clock on to `then`.
    pub fn jump_to(&self, then: u64) {
        if let Some(virtual_now) = &self.virtual_now {
            virtual_now.set(virtual_now.get().max(then));
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
