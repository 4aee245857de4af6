//! Where immediates wait: a queue that knows where the running batch ends.
//!
//! Node keeps a linked list. Here an immediate is found by its number, which only grows.

use std::collections::VecDeque;

use crate::callback::OnceCallback;

pub struct ImmediateEntry {
    /// Gone once it was cleared.
    pub callback: Option<OnceCallback>,
    pub refed: bool,
}

/// Immediates by number: those of the running batch, then those of the next iteration.
#[derive(Default)]
pub struct ImmediateQueue {
    queue: VecDeque<ImmediateEntry>,
    /// The number of the first in the queue.
    first: u64,
    /// Where the running batch ends.
    batch_end: u64,
    /// How many have not run and were not cleared.
    pub count: usize,
    /// How many of them hold the loop.
    pub refs: usize,
}

impl ImmediateQueue {
    pub fn push(&mut self, callback: OnceCallback) -> u64 {
        let (callback, refed) = (Some(callback), true);
        self.queue.push_back(ImmediateEntry { callback, refed });
        self.count += 1;
        self.refs += 1;
        self.first + self.queue.len() as u64 - 1
    }

    pub fn get(&mut self, number: u64) -> Option<&mut ImmediateEntry> {
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let entry = self.queue.get_mut(index);
        entry.filter(|entry| entry.callback.is_some())
    }

    /// Makes one hold the loop, or lets the loop end without it.
    pub fn set_ref(&mut self, number: u64, refed: bool) {
        if let Some(entry) = self.get(number) {
            let before = std::mem::replace(&mut entry.refed, refed);
            self.refs = self.refs + usize::from(refed) - usize::from(before);
        }
    }

    /// Takes the callback of one that will not run.
    pub fn clear(&mut self, number: u64) -> Option<OnceCallback> {
        self.set_ref(number, false);
        let callback = self.get(number)?.callback.take();
        self.count -= 1;
        if self.count == 0 {
            // No batch will run that would take the empty entries away.
            self.first += self.queue.len() as u64;
            self.queue.clear();
        }
        callback
    }

    /// What is there now is the batch; what comes later waits for the next one.
    pub fn begin_batch(&mut self) {
        self.batch_end = self.first + self.queue.len() as u64;
    }

    /// Takes the next of the batch that was not cleared.
    pub fn pop(&mut self) -> Option<OnceCallback> {
        while self.first < self.batch_end {
            let entry = self.queue.pop_front()?;
            self.first += 1;
            if let Some(callback) = entry.callback {
                self.count -= 1;
                self.refs -= usize::from(entry.refed);
                return Some(callback);
            }
        }
        None
    }
}
