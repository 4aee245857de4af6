//! The rolling reload: a new worker is started and proven before the old one of its slot may go, one slot after the other, or a few at once.
//!
//! When a new one fails, the reload is over and the old ones go on: a broken program is no reason to serve less.

use std::collections::VecDeque;
use std::time::Instant;

use super::{Action, Notice, State, Supervisor};
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
    again: bool,
    /// How many have been started.
    started: u64,
}

impl Reload {
    /// Whether the reload stands or falls with this worker.
    pub fn is_candidate(&self, id: WorkerId) -> bool {
        self.candidates
            .iter()
            .any(|(candidate, _)| *candidate == id)
    }

    /// Ends the reload, and says which one it was. One that was asked for meanwhile still comes.
    pub fn fail(&mut self) -> u64 {
        self.slots.clear();
        self.candidates.clear();
        self.under_way = false;
        self.started
    }

    /// Returns the number of the reload that a caller waits for who asks now.
    pub fn next(&self) -> u64 {
        self.started + 1
    }
}

impl Supervisor {
    pub(super) fn ask_for_reload(&mut self) {
        self.reload.again = true;
    }

    pub(super) fn go_on_with_reload(&mut self, now: Instant, actions: &mut Vec<Action>) {
        if self.outcome.is_some() {
            self.reload = Reload::default();
            return;
        }
        if !self.reload.under_way && self.reload.again {
            let wanted = (0..self.slots.len()).filter(|slot| self.slots[*slot].wanted);
            self.reload.slots = wanted.collect();
            self.reload.under_way = true;
            self.reload.again = false;
            self.reload.started += 1;
            actions.push(Action::Tell(Notice::Reloading));
        }
        if !self.reload.under_way {
            return;
        }
        let mut candidates = std::mem::take(&mut self.reload.candidates);
        candidates.retain(|(candidate, slot)| !self.is_settled(*candidate, *slot));
        while candidates.len() < self.rules.reload_batch
            && let Some(slot) = self.reload.slots.pop_front()
        {
            // Meanwhile the cluster may have become smaller.
            if self.slots[slot].wanted {
                candidates.push((self.spawn(now, slot, actions), slot));
            }
        }
        self.reload.candidates = candidates;
        if !self.reload.candidates.is_empty() {
            return;
        }
        self.reload.under_way = false;
        actions.push(Action::Tell(Notice::Reloaded(self.reload.started)));
        if self.reload.again {
            self.go_on_with_reload(now, actions);
        }
    }

    /// Whether a slot is done: its new worker serves or was let go, and the old one is gone.
    fn is_settled(&self, candidate: WorkerId, slot: usize) -> bool {
        let starts = self.workers.get(&candidate);
        let starts = starts.is_some_and(|worker| matches!(worker.state, State::Starting { .. }));
        let ends = |(_, state)| matches!(state, State::Draining { .. } | State::Killed { .. });
        !starts && !self.in_slot(slot).any(ends)
    }
}
