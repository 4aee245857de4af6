//! Recordings: what ran, when, and because of what; Node writes such events with `--trace-event-categories`.

mod chrome;
pub mod hooks;
mod job_timing;
mod location;
mod recorder;

pub use location::{SourceLocation, at_line};
pub use recorder::{Event, EventKind, Name, Thread, Trace, trace};
