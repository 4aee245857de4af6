//! The loop's clock: the machine's, or one that jumps to the next timer instead of waiting.
//!
//! Node has the machine's clock only. A virtual one makes an order testable: hours pass in no time.

use std::time::Duration;

use crate::event_loop::with;

/// Which clock a loop uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's monotonic clock.
    #[default]
    Real,
    /// A clock that stands still while code runs and jumps to the next timer when there is nothing else to do: hours pass in no time,
    /// in an order that is the same each time. [`busy`](crate::busy) moves it. After 584 years it has come to its end, and so has its loop.
    Virtual,
}

/// Keeps the thread busy for that long, as a computation would; a virtual clock just moves on.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn busy(time: Duration) {
    with(|event_loop| event_loop.time.busy(time));
}

/// Returns how long the loop has been there by its own clock. Node: `performance.now()`.
///
/// # Panics
///
/// Outside a loop.
#[must_use]
#[track_caller]
pub fn elapsed() -> Duration {
    with(|event_loop| Duration::from_nanos(event_loop.time.now()))
}
