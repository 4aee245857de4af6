//! Recordings: what ran, when, and why then; Node writes the like with `--trace-event-categories`.

mod callback_timing;
mod chrome;
mod location;
mod recorder;

pub use callback_timing::CallbackTiming;
pub use location::{SourceLocation, at_line, at_location};
pub use recorder::*;
