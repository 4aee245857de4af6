//! Immediates: callbacks of the check phase, which comes after polling.
//!
//! Node takes the whole list at once: an immediate that is set by an immediate waits for the next turn (R5, R15), so that input and timers
//! get in between.

use std::cell::Cell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::callback::{Job, Outcome, job};
use crate::current::{Loop, try_with, with};
use crate::trace::Kind;

pub struct Waiting {
    callback: Option<Job>,
    refed: bool,
}

/// Immediates by number: those of the running batch, then those of the next turn.
#[derive(Default)]
pub struct Immediates {
    queue: VecDeque<Waiting>,
    /// The number of the first in the queue.
    first: u64,
    /// Where the running batch ends.
    batch_end: u64,
    /// How many have not run and were not cleared.
    count: usize,
    /// How many of them hold the loop.
    pub refs: usize,
}

impl Immediates {
    fn push(&mut self, callback: Job) -> u64 {
        self.queue.push_back(Waiting {
            callback: Some(callback),
            refed: true,
        });
        self.count += 1;
        self.refs += 1;
        self.first + self.queue.len() as u64 - 1
    }

    fn get(&mut self, number: u64) -> Option<&mut Waiting> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.queue
            .get_mut(index)
            .filter(|waiting| waiting.callback.is_some())
    }

    /// The next of the batch that was not cleared.
    fn pop(&mut self) -> Option<Job> {
        while self.first < self.batch_end {
            let waiting = self.queue.pop_front()?;
            self.first += 1;
            if let Some(callback) = waiting.callback {
                self.count -= 1;
                self.refs -= usize::from(waiting.refed);
                return Some(callback);
            }
        }
        None
    }

    /// Empties the queue, for callbacks that never run.
    pub fn take_all(&mut self) -> VecDeque<Waiting> {
        (self.count, self.refs) = (0, 0);
        self.first += self.queue.len() as u64;
        std::mem::take(&mut self.queue)
    }
}

/// A callback for the check phase of this turn, or of the next one. Node: `Immediate`. Dropping it changes nothing.
#[derive(Clone, Debug)]
pub struct Immediate {
    number: u64,
    of: u32,
    here: PhantomData<Rc<()>>,
}

/// Runs `callback` in the check phase, after polling. Node: `setImmediate`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn set_immediate<R: Outcome>(callback: impl FnOnce() -> R + 'static) -> Immediate {
    let callback = job(Kind::Immediate, callback);
    let number = Cell::new(u64::MAX);
    let (of, dropped) = with(|event_loop| {
        let push = |callback| number.set(event_loop.immediates.borrow_mut().push(callback));
        (event_loop.id, event_loop.unless_closed(callback, push))
    });
    drop(dropped);
    let (number, here) = (number.get(), PhantomData);
    Immediate { number, of, here }
}

impl Immediate {
    /// Forgets the callback, if it has not run yet. Twice does no harm.
    pub fn clear(&self) {
        let dropped = self.find(|waiting| {
            let refed = std::mem::replace(&mut waiting.refed, false);
            (waiting.callback.take(), refed)
        });
        if let Some((callback, refed)) = dropped {
            with(|event_loop| {
                let mut immediates = event_loop.immediates.borrow_mut();
                immediates.count -= 1;
                immediates.refs -= usize::from(refed);
            });
            drop(callback);
        }
    }

    /// Lets the loop end without it; if the loop turns anyway, it runs.
    pub fn unref(&self) -> &Self {
        if self.find(|waiting| std::mem::replace(&mut waiting.refed, false)) == Some(true) {
            with(|event_loop| event_loop.immediates.borrow_mut().refs -= 1);
        }
        self
    }

    /// Holds the loop again, as it does from the beginning. Node: `ref()`.
    pub fn hold(&self) -> &Self {
        if self.find(|waiting| std::mem::replace(&mut waiting.refed, true)) == Some(false) {
            with(|event_loop| event_loop.immediates.borrow_mut().refs += 1);
        }
        self
    }

    /// Whether it still waits and holds the loop.
    #[must_use]
    pub fn has_ref(&self) -> bool {
        self.find(|waiting| waiting.refed) == Some(true)
    }

    fn find<R>(&self, action: impl FnOnce(&mut Waiting) -> R) -> Option<R> {
        let found = try_with(|event_loop| {
            let mut immediates = event_loop.immediates.borrow_mut();
            let waiting = immediates.get(self.number)?;
            (event_loop.id == self.of).then(|| action(waiting))
        });
        found.flatten()
    }
}

impl Loop {
    /// The check phase: the whole batch, with a drain between two callbacks.
    pub fn check_phase(&self) {
        if self.immediates.borrow().count == 0 {
            return;
        }
        // Ticks may be left from a drain that failed (R15).
        self.drain();
        while !self.run_batch() && !self.stopping.get() {}
    }

    /// Runs the immediates that are there now. `false` if the last one failed: the next batch then runs in the same phase (R21).
    fn run_batch(&self) -> bool {
        {
            let mut immediates = self.immediates.borrow_mut();
            immediates.batch_end = immediates.first + immediates.queue.len() as u64;
        }
        let mut succeeded = true;
        while let Some(callback) = self.next_of_batch() {
            succeeded = self.call(callback);
            if succeeded {
                self.drain();
            }
        }
        succeeded
    }

    fn next_of_batch(&self) -> Option<Job> {
        if self.stopping.get() {
            return None;
        }
        self.immediates.borrow_mut().pop()
    }

    /// Node queues an immediate that does nothing after each error that was handled, so that one more turn happens (R21).
    pub fn empty_immediate(&self) {
        self.immediates.borrow_mut().push(Box::new(|| Ok(())));
    }
}
