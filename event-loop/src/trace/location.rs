//! Where something stands: in a Rust file, or in the program of an interpreter that runs on the loop.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::Arc;

use super::recorder::{Recorder, is_on};
use super::timeline::Line;

/// A line of a file.
#[derive(Clone, Debug)]
pub enum SourceLocation {
    Rust(&'static Location<'static>),
    Script(Arc<str>, u32),
}

thread_local! {
    static CURRENT_LOCATION: RefCell<Option<SourceLocation>> = const { RefCell::new(None) };
}

/// Says for a recording that what `work` schedules and marks stands in this line: an interpreter's programs have lines of their own.
///
/// # Examples
///
/// ```
/// use event_loop::{at_line, run_script, set_immediate, trace};
///
/// let script = "hello.txt".into();
/// let (_, recorded) = trace(|| run_script(move || {
///     at_line(&script, 7, || { set_immediate(|| {}); });
/// }));
/// let mut json = Vec::new();
/// recorded.write_chrome(&mut json)?;
/// assert!(String::from_utf8_lossy(&json).contains(r#"{"file":"hello.txt","line":7}"#));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn at_line<R>(file: &Arc<str>, line: u32, work: impl FnOnce() -> R) -> R {
    at(|| SourceLocation::Script(Arc::clone(file), line), work)
}

/// As [`at_line`], for a line of Rust.
pub fn at_location<R>(location: &'static Location<'static>, work: impl FnOnce() -> R) -> R {
    at(|| SourceLocation::Rust(location), work)
}

fn at<R>(location: impl FnOnce() -> SourceLocation, work: impl FnOnce() -> R) -> R {
    if !is_on() {
        return work();
    }
    let _restore = Restore(CURRENT_LOCATION.replace(Some(location())));
    work()
}

/// Puts back the location around it, also when a panic goes through.
struct Restore(Option<SourceLocation>);

impl Drop for Restore {
    fn drop(&mut self) {
        CURRENT_LOCATION.set(self.0.take());
    }
}

impl SourceLocation {
    /// The location that was said, or the caller's.
    pub fn here(caller: &'static Location<'static>) -> Self {
        let said = CURRENT_LOCATION.with_borrow(Clone::clone);
        said.unwrap_or(Self::Rust(caller))
    }

    pub fn line(&self, recorder: &mut Recorder) -> Line {
        match self {
            Self::Rust(location) => recorder.line(location.file(), location.line()),
            Self::Script(file, line) => recorder.line(file, *line),
        }
    }
}
