//! How many workers there are to be, and that there are.

use std::time::Instant;

use super::{Slot, Supervisor};
use crate::WorkerId;

/// More processes than this are a slip of the pen.
pub const MOST_WORKERS: usize = 4096;

impl Supervisor {
    /// Starts a worker wherever one is missing and may be started.
    pub(super) fn fill(&mut self, now: Instant) {
        for slot in self.vacant_slots() {
            if self.slots[slot].retry_at.is_none_or(|at| at <= now) {
                self.spawn(now, slot);
            }
        }
    }

    pub(super) fn scale(&mut self, workers: usize) {
        let workers = workers.min(MOST_WORKERS);
        let slots = self.slots.len().max(workers);
        self.slots.resize_with(slots, Slot::default);
        for (index, slot) in self.slots.iter_mut().enumerate() {
            slot.wanted = index < workers;
        }
    }

    pub(super) fn fork(&mut self) {
        match self.slots.iter_mut().find(|slot| !slot.wanted) {
            Some(slot) => slot.wanted = true,
            None => self.scale(self.slots.len() + 1),
        }
    }

    /// Lets a worker go for good, and the one that was to replace it.
    pub(super) fn dismiss(&mut self, id: WorkerId) {
        let worker = self.workers.get(&id);
        if let Some(worker) = worker.filter(|worker| worker.state.holds_slot()) {
            self.slots[worker.slot].wanted = false;
        }
    }

    /// Lets everybody go whose place is not wanted any more.
    pub(super) fn trim(&mut self, now: Instant) {
        for id in self.ids(|_, worker| !self.slots[worker.slot].wanted) {
            self.retire(now, id);
        }
    }
}
