//! What the loop tells a recording; without the feature `trace`, nothing, at no cost.

#[cfg(feature = "trace")]
pub use crate::trace::hooks::*;
#[cfg(not(feature = "trace"))]
pub use off::*;

/// Prints a line, as std's `println!` does, and notes it in the recording, if there is one. Node: `console.log`.
#[macro_export]
macro_rules! println {
    ($($text:tt)*) => {
        match ::std::format_args!($($text)*) {
            text => {
                $crate::mark(text);
                ::std::println!("{text}");
            }
        }
    };
}

#[cfg(not(feature = "trace"))]
mod off {
    use std::fmt::Arguments;
    use std::panic::Location;

    use crate::callback::SpanKind;
    use crate::data::task_table::TaskKey;
    use crate::data::timer_lists::{TimerChange, TimerKey};

    /// The time of a phase or a callback, which is not recorded.
    pub struct Slice;

    /// What a recording knows of a callback.
    pub enum Noted {}

    impl Noted {
        pub fn run<R>(&self, _work: impl FnOnce() -> R) -> R {
            match *self {}
        }
    }

    pub fn scheduled(_kind: SpanKind, _task: Option<TaskKey>) -> Option<Noted> {
        None
    }

    pub fn at_location<R>(_location: &'static Location<'static>, work: impl FnOnce() -> R) -> R {
        work()
    }

    pub fn measure<T>(work: impl FnOnce() -> T) -> (T, ()) {
        (work(), ())
    }

    pub fn phase(_kind: SpanKind) -> Slice {
        Slice
    }

    /// Puts a text into the recording, which is never on without the feature `trace`.
    pub fn mark(_text: Arguments<'_>) {}
    pub fn loop_begins() {}
    pub fn woken(_task: TaskKey) {}
    pub fn timer(_timer: TimerKey, _change: TimerChange) {}
    pub fn job_done(_timing: &()) {}
}
