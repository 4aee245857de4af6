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

pub struct Time {
    started: Instant,
    /// What a virtual clock shows.
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
            Some(now) => now.get(),
            None => nanoseconds(self.started.elapsed()),
        }
    }

    pub fn is_virtual(&self) -> bool {
        self.virtual_now.is_some()
    }

    /// Whether a virtual clock has come to the last time that it can show, after 584 years.
    pub fn is_over(&self) -> bool {
        self.is_virtual() && self.now() == u64::MAX
    }

    /// The least difference between two times that counts: Node's millisecond, or [`REAL_RESOLUTION`].
    pub fn resolution(&self) -> u64 {
        match &self.virtual_now {
            Some(_) => MILLISECOND,
            None => REAL_RESOLUTION,
        }
    }

    /// Moves a virtual clock on to `then`.
    pub fn jump_to(&self, then: u64) {
        if let Some(now) = &self.virtual_now {
            now.set(now.get().max(then));
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

/// `time` in nanoseconds, at most 584 years.
pub fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
