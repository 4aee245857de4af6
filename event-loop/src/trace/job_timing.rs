//! Jobs of the thread pool in a recording: each takes its own times, since the thread of the loop does not see it run.

use std::cell::RefCell;
use std::thread::ThreadId;
use std::time::{Duration, Instant};

use super::recorder::{Event, EventKind, Name, Thread, Trace};
use crate::data::time::nanoseconds;

/// How long a job ran, and on which thread of the pool.
pub struct JobTiming {
    took: Duration,
    thread: ThreadId,
}

/// Takes the time of `work`, on whichever thread this is.
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, JobTiming) {
    let began = Instant::now();
    let result = work();
    let (took, thread) = (began.elapsed(), std::thread::current().id());
    (result, JobTiming { took, thread })
}

thread_local! {
    static THREADS: RefCell<Vec<ThreadId>> = RefCell::default();
}

impl Trace {
    /// Puts a job into the recording, once its result has arrived.
    pub(super) fn job_done(&mut self, timing: &JobTiming) {
        let number = THREADS.with_borrow_mut(|threads| {
            let known = threads.iter().position(|thread| *thread == timing.thread);
            known.unwrap_or_else(|| {
                threads.push(timing.thread);
                threads.len() - 1
            })
        });
        let thread = Thread::Pool(u32::try_from(number).unwrap_or(u32::MAX));
        // It has ended just now, as far as the loop can tell; two jobs of one thread do not overlap.
        let before = self
            .events
            .iter()
            .rev()
            .find(|event| event.thread == thread);
        let free = before.map_or(0, |event| event.at + 1000);
        let begin = free.max(self.last.saturating_sub(nanoseconds(timing.took)));
        let end = self.last.max(begin + 1000);
        for (at, kind) in [(begin, EventKind::Begin(Name::Job)), (end, EventKind::End)] {
            self.events.push(Event { at, thread, kind });
        }
    }
}
