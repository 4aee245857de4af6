//! The life of a worker: starting, ready, draining, killed, gone; and what its end means for its slot.

use std::time::Instant;

use super::{Action, Notice, ShutdownReason, State, Supervisor, WorkerEntry};
use crate::WorkerId;

impl Supervisor {
    pub(super) fn ready(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        if !matches!(worker.state, State::Starting { .. }) {
            return;
        }
        let (since, silent) = (now, 0);
        worker.state = State::Ready { since, silent };
        self.ever_ready = true;
        let slot = worker.slot;
        // In a reload there is an old one, which may go only now.
        let held = self.in_slot(slot).filter(|(other, _)| *other < id);
        let held: Vec<_> = held.collect();
        for (old, state) in held {
            self.retire(now, old, state, actions);
        }
    }

    /// It is not wanted any more: who serves may finish, who does not serve yet need not begin.
    pub(super) fn retire(
        &mut self,
        now: Instant,
        id: WorkerId,
        state: State,
        actions: &mut Vec<Action>,
    ) {
        if let Some(worker) = self.workers.get_mut(&id) {
            worker.voluntary = true;
        }
        match state {
            State::Ready { .. } => self.drain(now, id, true, actions),
            State::Starting { .. } => self.kill(id, actions),
            State::Draining { .. } | State::Killed { .. } => {}
        }
    }

    pub(super) fn heard(&mut self, id: WorkerId) {
        if let Some(WorkerEntry {
            state: State::Ready { silent, .. },
            ..
        }) = self.workers.get_mut(&id)
        {
            *silent = 0;
        }
    }

    /// Drains a worker that got a SIGTERM, while another one takes its place.
    pub(super) fn leaving(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        match self
            .workers
            .get(&id)
            .map(|worker| (worker.slot, worker.state))
        {
            Some((slot, State::Ready { since, .. })) => {
                self.drain(now, id, false, actions);
                if !self.is_held(slot) {
                    self.schedule_restart(now, slot, Some(since));
                }
            }
            Some((_, State::Starting { .. })) => self.kill(id, actions),
            _ => {}
        }
    }

    pub(super) fn exited(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        let Some(worker) = self.workers.remove(&id) else {
            return;
        };
        if worker.replacement_decided {
            return;
        }
        let was_ready = worker.state.ready_since();
        // One that was let go with its place fails nothing: the reload goes on with the next place.
        if self.reload.is_candidate(id) && !worker.voluntary {
            let number = self.reload.fail();
            actions.push(Action::Tell(Notice::ReloadFailed(number)));
        }
        if worker.voluntary || self.is_held(worker.slot) {
            return;
        }
        self.schedule_restart(now, worker.slot, was_ready);
        let losses = self.slots[worker.slot].losses;
        if !self.ever_ready && losses >= self.rules.give_up_after && self.outcome.is_none() {
            let (slot, tries) = (worker.slot, losses);
            self.end(ShutdownReason::GaveUp { slot, tries }, actions);
        }
    }

    /// The slot has lost its worker: when may the next one start?
    pub(super) fn schedule_restart(
        &mut self,
        now: Instant,
        slot: usize,
        was_ready: Option<Instant>,
    ) {
        let entry = &mut self.slots[slot];
        if !self.rules.respawn {
            entry.wanted = false;
        }
        let lived = was_ready.map(|since| now.saturating_duration_since(since));
        entry.losses = self.rules.backoff.losses(entry.losses, lived);
        let wait = self.rules.backoff.wait(entry.losses, lived, self.last_id);
        entry.retry_at = Some(now + wait);
    }

    pub(super) fn pulse(&mut self, actions: &mut Vec<Action>) {
        let mut hung = Vec::new();
        for (id, worker) in &mut self.workers {
            if let State::Ready { silent, .. } = &mut worker.state {
                *silent += 1;
                if *silent > self.rules.silent_pulses {
                    hung.push(*id);
                }
            }
        }
        for id in hung {
            actions.push(Action::Tell(Notice::Hung(id)));
            self.kill(id, actions);
        }
    }

    pub(super) fn drain(
        &mut self,
        now: Instant,
        id: WorkerId,
        voluntary: bool,
        actions: &mut Vec<Action>,
    ) {
        if let Some(worker) = self.workers.get_mut(&id) {
            let until = now + self.rules.drain_timeout;
            worker.state = State::Draining { until };
            worker.replacement_decided = true;
            worker.voluntary |= voluntary;
            actions.push(Action::Drain(id));
        }
    }

    pub(super) fn kill(&mut self, id: WorkerId, actions: &mut Vec<Action>) {
        if let Some(worker) = self.workers.get_mut(&id)
            && !matches!(worker.state, State::Killed { .. })
        {
            let was_ready = worker.state.ready_since();
            worker.state = State::Killed { was_ready };
            actions.push(Action::Kill(id));
        }
    }

    pub(super) fn enforce_limits(&mut self, now: Instant, actions: &mut Vec<Action>) {
        let late = self
            .workers
            .iter()
            .filter_map(|(id, worker)| match worker.state {
                State::Starting { until } if until <= now => Some(Notice::StartTimedOut(*id)),
                State::Draining { until } if until <= now => Some(Notice::DrainTimedOut(*id)),
                _ => None,
            });
        let late: Vec<_> = late.collect();
        for notice in late {
            actions.push(Action::Tell(notice));
            if let Notice::StartTimedOut(id) | Notice::DrainTimedOut(id) = notice {
                self.kill(id, actions);
            }
        }
    }

    pub(super) fn spawn(
        &mut self,
        now: Instant,
        slot: usize,
        actions: &mut Vec<Action>,
    ) -> WorkerId {
        self.last_id += 1;
        let id = WorkerId(self.last_id);
        let until = now + self.rules.start_timeout;
        let worker = WorkerEntry {
            slot,
            state: State::Starting { until },
            voluntary: false,
            replacement_decided: false,
        };
        self.workers.insert(id, worker);
        actions.push(Action::Spawn(id, slot));
        id
    }
}
