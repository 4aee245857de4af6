//! The life of a worker: starting, ready, draining, killed, gone; and what its end means for its slot.

use std::time::{Duration, Instant};

use super::{Action, ShutdownReason, State, Supervisor, WorkerEntry};
use crate::WorkerId;

/// How often workers are looked at: a worker that hangs is noticed within one of these.
pub const PULSE: Duration = Duration::from_millis(500);

/// What is allowed over the timeout of a drain, for the worker to end itself.
const GRACE: Duration = Duration::from_secs(1);

/// How many starts of one slot may fail in a row while no worker has ever been ready.
const GIVE_UP_AFTER: u32 = 5;

impl Supervisor {
    pub(super) fn spawn(&mut self, now: Instant, slot: usize) -> WorkerId {
        self.last_id += 1;
        let id = WorkerId(self.last_id);
        let until = now + self.settings.start_timeout;
        let worker = WorkerEntry {
            slot,
            state: State::Starting { until },
            voluntary: false,
            replacement_decided: false,
        };
        self.workers.insert(id, worker);
        self.actions.push(Action::Spawn(id, slot));
        id
    }

    pub(super) fn ready(&mut self, now: Instant, id: WorkerId) {
        if let Some(worker) = self.workers.get_mut(&id)
            && matches!(worker.state, State::Starting { .. })
        {
            let (slot, since, silent) = (worker.slot, now, 0);
            worker.state = State::Ready { since, silent };
            self.ever_ready = true;
            // In a reload there is an old one, which may go only now.
            for old in self.ids(|other, worker| worker.slot == slot && other < id) {
                self.retire(now, old);
            }
        }
    }

    /// It is not wanted any more: who serves may finish, who does not serve yet need not begin.
    pub(super) fn retire(&mut self, now: Instant, id: WorkerId) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        worker.voluntary = true;
        match worker.state {
            State::Ready { .. } => self.drain(now, id),
            State::Starting { .. } => self.kill(id),
            State::Draining { .. } | State::Killed { .. } => {}
        }
    }

    pub(super) fn heard(&mut self, id: WorkerId) {
        let state = self.workers.get_mut(&id).map(|worker| &mut worker.state);
        if let Some(State::Ready { silent, .. }) = state {
            *silent = 0;
        }
    }

    /// Drains a worker that got a SIGTERM, while another one takes its place.
    pub(super) fn leaving(&mut self, now: Instant, id: WorkerId) {
        let Some(&WorkerEntry { slot, state, .. }) = self.workers.get(&id) else {
            return;
        };
        match state {
            State::Ready { since, .. } => {
                self.drain(now, id);
                if !self.is_held(slot) {
                    self.schedule_restart(now, slot, Some(since));
                }
            }
            State::Starting { .. } => self.kill(id),
            State::Draining { .. } | State::Killed { .. } => {}
        }
    }

    pub(super) fn exited(&mut self, now: Instant, id: WorkerId) {
        let Some(worker) = self.workers.remove(&id) else {
            return;
        };
        if worker.replacement_decided || worker.voluntary {
            return;
        }
        if self.reload.is_candidate(id) {
            self.reload.fail();
            self.actions.push(Action::ReloadFailed);
        }
        if self.is_held(worker.slot) {
            return;
        }
        self.schedule_restart(now, worker.slot, worker.state.ready_since());
        let (slot, tries) = (worker.slot, self.slots[worker.slot].losses);
        if !self.ever_ready && tries >= GIVE_UP_AFTER && self.outcome.is_none() {
            self.end(ShutdownReason::GaveUp { slot, tries });
        }
    }

    /// The slot has lost its worker: when may the next one start?
    fn schedule_restart(&mut self, now: Instant, slot: usize, was_ready: Option<Instant>) {
        let entry = &mut self.slots[slot];
        entry.wanted &= self.settings.respawn;
        let lived = was_ready.map(|since| now.saturating_duration_since(since));
        entry.losses = self.settings.backoff.losses(entry.losses, lived);
        let wait = self
            .settings
            .backoff
            .wait(entry.losses, lived, self.last_id);
        entry.retry_at = Some(now + wait);
    }

    pub(super) fn pulse(&mut self) {
        for worker in self.workers.values_mut() {
            if let State::Ready { silent, .. } = &mut worker.state {
                *silent += 1;
            }
        }
        // One may fall between two signs of life.
        let most = (self.settings.heartbeat_timeout.as_millis() / PULSE.as_millis()).max(2);
        let is_hung =
            |state| matches!(state, State::Ready { silent, .. } if u128::from(silent) > most);
        for id in self.ids(|_, worker| is_hung(worker.state)) {
            self.actions.push(Action::Hung(id));
            self.kill(id);
        }
    }

    fn drain(&mut self, now: Instant, id: WorkerId) {
        if let Some(worker) = self.workers.get_mut(&id) {
            let until = now + self.settings.idle_grace + self.settings.drain_timeout + GRACE;
            worker.state = State::Draining { until };
            worker.replacement_decided = true;
            self.actions.push(Action::Drain(id));
        }
    }

    pub(super) fn kill(&mut self, id: WorkerId) {
        if let Some(worker) = self.workers.get_mut(&id)
            && !matches!(worker.state, State::Killed { .. })
        {
            let was_ready = worker.state.ready_since();
            worker.state = State::Killed { was_ready };
            self.actions.push(Action::Kill(id));
        }
    }

    pub(super) fn enforce_limits(&mut self, now: Instant) {
        for id in self.ids(|_, worker| worker.state.until().is_some_and(|until| until <= now)) {
            self.actions.push(match self.workers[&id].state {
                State::Starting { .. } => Action::StartTimedOut(id),
                _ => Action::DrainTimedOut(id),
            });
            self.kill(id);
        }
    }
}
