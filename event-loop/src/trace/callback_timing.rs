//! Jobs of the pool in a recording: each takes its own times, since the thread of the loop does not see it run.

use std::cell::RefCell;
use std::time::Instant;

use super::recorder::{Event, Name, ON, TRACE, Thread, What};

/// When a job of the pool ran, and on which of its threads.
pub struct CallbackTiming {
    began: Instant,
    ended: Instant,
    thread: std::thread::ThreadId,
}

impl CallbackTiming {
    /// Takes the times of `work`, on whatever thread this is.
    pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Self) {
        let began = Instant::now();
        let result = work();
        let ran = Self {
            began,
            ended: Instant::now(),
            thread: std::thread::current().id(),
        };
        (result, ran)
    }

    /// Puts it into the recording, once its result has arrived.
    pub fn arrived(&self) {
        thread_local! {
            static THREADS: RefCell<Vec<std::thread::ThreadId>> = RefCell::default();
        }
        if !ON.get() {
            return;
        }
        let number = THREADS.with_borrow_mut(|threads| {
            let known = threads.iter().position(|thread| *thread == self.thread);
            known.unwrap_or_else(|| {
                threads.push(self.thread);
                threads.len() - 1
            })
        });
        let thread = Thread::Pool(u32::try_from(number).unwrap_or(u32::MAX));
        let took = crate::data::time::nanoseconds(self.ended - self.began);
        TRACE.with_borrow_mut(|trace| {
            // It has ended just now, as far as the loop can tell; two jobs of one thread do not overlap.
            let end = trace.last;
            let free = trace
                .events
                .iter()
                .rev()
                .find(|event| event.thread == thread);
            let begin = end
                .saturating_sub(took)
                .max(free.map_or(0, |event| event.at + 1000));
            let events = [
                (begin, What::Begin(Name::Job)),
                (end.max(begin + 1000), What::End),
            ];
            trace
                .events
                .extend(events.map(|(at, what)| Event { at, thread, what }));
        });
    }
}
