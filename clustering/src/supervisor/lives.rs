//! The life of a worker: starting, ready, draining, killed, gone; and what its end means for its slot.

use std::time::Instant;

use super::{Action, Member, Notice, Outcome, State, Supervisor};
use crate::WorkerId;

impl Supervisor {
    pub(super) fn ready(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if !matches!(member.state, State::Starting { .. }) {
            return;
        }
        let (since, silent) = (now, 0);
        member.state = State::Ready { since, silent };
        self.ever_ready = true;
        let slot = member.slot;
        // In a reload there is an old one, which may go only now.
        let held = self.in_slot(slot).filter(|(other, _)| *other < id);
        let held: Vec<_> = held.collect();
        for (old, state) in held {
            self.let_go(now, old, state, actions);
        }
    }

    /// It is not wanted any more: who serves may finish, who does not serve yet need not begin.
    pub(super) fn let_go(
        &mut self,
        now: Instant,
        id: WorkerId,
        state: State,
        actions: &mut Vec<Action>,
    ) {
        if let Some(member) = self.members.get_mut(&id) {
            member.voluntary = true;
        }
        match state {
            State::Ready { .. } => self.drain(now, id, true, actions),
            State::Starting { .. } => self.kill(id, actions),
            State::Draining { .. } | State::Killed { .. } => {}
        }
    }

    pub(super) fn heard(&mut self, id: WorkerId) {
        if let Some(Member {
            state: State::Ready { silent, .. },
            ..
        }) = self.members.get_mut(&id)
        {
            *silent = 0;
        }
    }

    /// Somebody sent SIGTERM to a worker: it finishes what it has, while another one takes its place.
    pub(super) fn leaving(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        match self
            .members
            .get(&id)
            .map(|member| (member.slot, member.state))
        {
            Some((slot, State::Ready { since, .. })) => {
                self.drain(now, id, false, actions);
                if !self.is_held(slot) {
                    self.lost(now, slot, Some(since));
                }
            }
            Some((_, State::Starting { .. })) => self.kill(id, actions),
            _ => {}
        }
    }

    pub(super) fn exited(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        let Some(member) = self.members.remove(&id) else {
            return;
        };
        if member.seen_to {
            return;
        }
        let was_ready = member.state.ready_since();
        // One that was let go with its place fails nothing: the reload goes on with the next place.
        if self.reload.is_candidate(id) && !member.voluntary {
            let number = self.reload.fail();
            actions.push(Action::Tell(Notice::ReloadFailed(number)));
        }
        if member.voluntary || self.is_held(member.slot) {
            return;
        }
        self.lost(now, member.slot, was_ready);
        let losses = self.slots[member.slot].losses;
        if !self.ever_ready && losses >= self.rules.give_up_after && self.outcome.is_none() {
            let (slot, tries) = (member.slot, losses);
            self.end(Outcome::GaveUp { slot, tries }, actions);
        }
    }

    /// The slot has lost its worker: when may the next one start?
    pub(super) fn lost(&mut self, now: Instant, slot: usize, was_ready: Option<Instant>) {
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
        for (id, member) in &mut self.members {
            if let State::Ready { silent, .. } = &mut member.state {
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
        if let Some(member) = self.members.get_mut(&id) {
            let until = now + self.rules.drain_timeout;
            member.state = State::Draining { until };
            member.seen_to = true;
            member.voluntary |= voluntary;
            actions.push(Action::Drain(id));
        }
    }

    pub(super) fn kill(&mut self, id: WorkerId, actions: &mut Vec<Action>) {
        if let Some(member) = self.members.get_mut(&id)
            && !matches!(member.state, State::Killed { .. })
        {
            let was_ready = member.state.ready_since();
            member.state = State::Killed { was_ready };
            actions.push(Action::Kill(id));
        }
    }

    pub(super) fn enforce_limits(&mut self, now: Instant, actions: &mut Vec<Action>) {
        let late = self
            .members
            .iter()
            .filter_map(|(id, member)| match member.state {
                State::Starting { until } if until <= now => Some(Notice::NotReady(*id)),
                State::Draining { until } if until <= now => Some(Notice::NotDrained(*id)),
                _ => None,
            });
        let late: Vec<_> = late.collect();
        for notice in late {
            actions.push(Action::Tell(notice));
            if let Notice::NotReady(id) | Notice::NotDrained(id) = notice {
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
        let member = Member {
            slot,
            state: State::Starting { until },
            voluntary: false,
            seen_to: false,
        };
        self.members.insert(id, member);
        actions.push(Action::Spawn(id, slot));
        id
    }
}
