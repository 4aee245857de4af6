//! Recordings: what ran, when, and because of what, told by our own loop or by Node.

mod chrome;
pub mod hooks;
mod location;
mod recorder;
mod theme;
mod timeline;
mod waits;

pub use location::at_line;
pub use recorder::{Recorder, trace};
pub use theme::{THEMES, Theme};
pub use timeline::{Span, Step, StepKind, Trace, Wait, WaitKind};
