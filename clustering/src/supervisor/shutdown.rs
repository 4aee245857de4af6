//! The end of the cluster: gentle, at once, or because nothing is left.
//!
//! A gentle end may be announced first: for a while the cluster says that it goes, and serves as before, until those who send it connections have
//! heard of it. Such a server is known as a lame duck.

use std::time::Instant;

use super::{Action, ShutdownReason, Supervisor};

impl Supervisor {
    pub(super) fn shut_down(&mut self, now: Instant) {
        if self.is_ending() {
            return;
        }
        self.shutdown_at = Some(now + self.settings.lame_duck);
        if !self.settings.lame_duck.is_zero() {
            self.actions.push(Action::LameDuck);
        }
    }

    pub(super) fn leave_in_time(&mut self, now: Instant) {
        if self.shutdown_at.is_none_or(|at| at > now) {
            return;
        }
        self.shutdown_at = None;
        self.outcome.get_or_insert(ShutdownReason::ShutDown);
        for slot in &mut self.slots {
            slot.wanted = false;
        }
    }

    pub(super) fn end(&mut self, outcome: ShutdownReason) {
        self.outcome = Some(outcome);
        self.shutdown_at = None;
        for id in self.ids(|_, _| true) {
            self.kill(id);
        }
        let workers = self.workers.values_mut();
        workers.for_each(|worker| worker.voluntary = true);
    }

    /// Returns why no worker is left. Where none was ever ready, that is a failure.
    fn reason_without_workers(&self) -> ShutdownReason {
        let losses = self.slots.iter().map(|slot| slot.losses).enumerate();
        match losses.max_by_key(|(_, losses)| *losses) {
            Some((slot, tries @ 1..)) if !self.ever_ready => ShutdownReason::GaveUp { slot, tries },
            _ => ShutdownReason::NobodyLeft,
        }
    }

    pub(super) fn finish(&mut self) {
        if !self.workers.is_empty() {
            return;
        }
        let is_empty = self.slots.iter().all(|slot| !slot.wanted);
        let outcome = self
            .outcome
            .or(is_empty.then(|| self.reason_without_workers()));
        if let Some(outcome) = outcome {
            self.finished = true;
            self.actions.push(Action::Finish(outcome));
        }
    }
}
