//! Where immediates wait: a queue that knows where the running batch ends.
//!
//! Node keeps a linked list. Here an immediate is found by its number, which only grows.

use std::collections::VecDeque;

use crate::callback::OnceCallback;

/// An immediate that waits; without a callback once it was cleared.
pub struct ImmediateEntry {
    pub callback: Option<OnceCallback>,
    pub refed: bool,
}

/// Immediates by number: those of the running batch, then those of the next turn.
#[derive(Default)]
pub struct Immediates {
    pub queue: VecDeque<ImmediateEntry>,
    /// The number of the first in the queue.
    pub first: u64,
    /// Where the running batch ends.
    pub batch_end: u64,
    /// How many have not run and were not cleared.
    pub count: usize,
    /// How many of them hold the loop.
    pub refs: usize,
}

impl Immediates {
    pub fn push(&mut self, callback: OnceCallback) -> u64 {
        self.queue.push_back(ImmediateEntry {
            callback: Some(callback),
            refed: true,
        });
        self.count += 1;
        self.refs += 1;
        self.first + self.queue.len() as u64 - 1
    }

    pub fn get(&mut self, number: u64) -> Option<&mut ImmediateEntry> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        self.queue
            .get_mut(index)
            .filter(|waiting| waiting.callback.is_some())
    }

    /// The next of the batch that was not cleared.
    pub fn pop(&mut self) -> Option<OnceCallback> {
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
    pub fn take_all(&mut self) -> VecDeque<ImmediateEntry> {
        (self.count, self.refs) = (0, 0);
        self.first += self.queue.len() as u64;
        std::mem::take(&mut self.queue)
    }
}
