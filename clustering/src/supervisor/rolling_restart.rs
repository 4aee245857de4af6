//! The rolling reload: a new worker is started and proven before the old one of its slot may go, one slot after the other, or a few at once.
//!
//! When a new one fails, the reload is over and the old ones go on: a broken program is no reason to serve less.

use std::collections::VecDeque;
use std::time::Instant;

use super::{Action, State, Supervisor};
use crate::WorkerId;

/// How far a reload has come.
#[derive(Debug, Default)]
pub struct Reload {
    /// The slots that are still to come, in their order.
    slots: VecDeque<usize>,
    /// The new workers that are to prove themselves, and their slots.
    candidates: Vec<(WorkerId, usize)>,
    under_way: bool,
    /// Whether to begin again when this one is over: what is to be loaded may have changed meanwhile.
    pub again: bool,
}

impl Reload {
    /// Whether the reload stands or falls with this worker.
    pub fn is_candidate(&self, id: WorkerId) -> bool {
        let mut candidates = self.candidates.iter();
        candidates.any(|(candidate, _)| *candidate == id)
    }

    /// Ends the reload. One that was asked for meanwhile still comes.
    pub fn fail(&mut self) {
        let again = self.again;
        *self = Self::default();
        self.again = again;
    }
}

impl Supervisor {
    pub(super) fn go_on_with_reload(&mut self, now: Instant) {
        if self.outcome.is_some() {
            self.reload = Reload::default();
        }
        if !self.reload.under_way {
            if !self.reload.again {
                return;
            }
            let wanted = (0..self.slots.len()).filter(|slot| self.slots[*slot].wanted);
            self.reload = Reload {
                slots: wanted.collect(),
                under_way: true,
                ..Reload::default()
            };
            self.actions.push(Action::Reloading);
        }
        let mut candidates = std::mem::take(&mut self.reload.candidates);
        candidates.retain(|(candidate, slot)| !self.is_settled(*candidate, *slot));
        while candidates.len() < self.settings.reload_batch
            && let Some(slot) = self.reload.slots.pop_front()
        {
            // Meanwhile the cluster may have become smaller.
            if self.slots[slot].wanted {
                candidates.push((self.spawn(now, slot), slot));
            }
        }
        self.reload.under_way = !candidates.is_empty();
        self.reload.candidates = candidates;
        if !self.reload.under_way {
            self.actions.push(Action::Reloaded);
            self.go_on_with_reload(now);
        }
    }

    /// Whether a slot is done: its new worker serves or was let go, and the old one is gone.
    fn is_settled(&self, candidate: WorkerId, slot: usize) -> bool {
        let mut workers = self.workers.iter();
        workers.all(|(id, worker)| match worker.state {
            State::Ready { .. } => true,
            State::Starting { .. } => *id != candidate,
            State::Draining { .. } | State::Killed { .. } => worker.slot != slot,
        })
    }
}
