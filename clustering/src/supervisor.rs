//! Who is to live and who is to go: the supervisor, a state machine without clock, process or socket.
//!
//! [`Supervisor::step`] takes what happened and when, and answers what is to be done. So that a million orders of events can be tried, which no
//! test with processes could. Node has no supervisor: each program writes one into `cluster.on('exit')`.

mod backoff;
mod reload;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub use backoff::BackOff;
use reload::Reload;

use crate::WorkerId;

/// What the supervisor keeps to.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whether a worker that died is replaced.
    pub respawn: bool,
    /// How long a start may take.
    pub start_timeout: Duration,
    /// How long a worker that drains may take before it is killed.
    pub drain_timeout: Duration,
    /// How many pulses a worker may stay silent.
    pub silent_pulses: u32,
    /// How many starts of one slot may fail in a row while no worker has ever been ready.
    pub give_up_after: u32,
    /// When the next try is.
    pub backoff: BackOff,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The worker accepts work and has shown it.
    Ready(WorkerId),
    /// The worker lives.
    Beat(WorkerId),
    /// Somebody else asked the worker to go.
    Leaving(WorkerId),
    /// The worker is gone, or could not even be started.
    Exited(WorkerId),
    /// A pulse: each worker should have been heard since the last one or two.
    Pulse,
    /// Time has passed.
    Clock,
    /// Replace all, one after the other.
    Reload,
    /// As many workers as this.
    Scale(usize),
    /// One more.
    Fork,
    /// Let this one finish and go, and do not replace it.
    Drain(WorkerId),
    /// Let all finish and go.
    Shutdown,
    /// End all at once.
    Quit,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start a worker with this id in this slot.
    Spawn(WorkerId, usize),
    /// Give it no more work, and let it finish.
    Drain(WorkerId),
    /// SIGKILL.
    Kill(WorkerId),
    /// Tell whoever listens.
    Tell(Notice),
    /// All is over, and nobody is left.
    Finish(Outcome),
}

/// What may be of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// It was silent for too long, and is killed.
    Hung(WorkerId),
    /// It was not ready in time, and is killed.
    NotReady(WorkerId),
    /// It did not finish in time, and is killed.
    NotDrained(WorkerId),
    /// All workers are new ones: the reload with this number is done.
    Reloaded(u64),
    /// A new one failed, and the old ones go on: the reload with this number is given up.
    ReloadFailed(u64),
}

/// How a cluster ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was asked to, and all had the time that they needed.
    ShutDown,
    /// It was asked to, at once.
    Quit,
    /// No worker is left, and none is to come.
    NobodyLeft,
    /// No worker has ever been ready, and this slot failed too often.
    GaveUp {
        /// The slot.
        slot: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Starting { until: Instant },
    Ready { since: Instant, silent: u32 },
    Draining { until: Instant },
    Killed { was_ready: Option<Instant> },
}

impl State {
    fn ready_since(self) -> Option<Instant> {
        match self {
            Self::Ready { since, .. } => Some(since),
            Self::Killed { was_ready } => was_ready,
            Self::Starting { .. } | Self::Draining { .. } => None,
        }
    }
}

#[derive(Debug)]
struct Member {
    slot: usize,
    state: State,
    /// Its end is our will.
    voluntary: bool,
    /// What its end means for the slot was decided when it began to drain.
    seen_to: bool,
}

#[derive(Debug, Default)]
struct Slot {
    /// Whether a worker is to be here.
    wanted: bool,
    /// How often in a row it was lost.
    losses: u32,
    /// When the next one may be started.
    retry_at: Option<Instant>,
}

/// The state of all workers.
#[derive(Debug)]
pub struct Supervisor {
    rules: Rules,
    slots: Vec<Slot>,
    members: BTreeMap<WorkerId, Member>,
    last_id: u64,
    reload: Reload,
    ever_ready: bool,
    /// Set when nothing is to be started any more.
    outcome: Option<Outcome>,
    finished: bool,
}

impl Supervisor {
    /// A supervisor for so many workers, none of which is started yet: the first `Clock` does that.
    pub fn new(rules: Rules, workers: usize) -> Self {
        let mut supervisor = Self {
            rules,
            slots: Vec::new(),
            members: BTreeMap::new(),
            last_id: 0,
            reload: Reload::default(),
            ever_ready: false,
            outcome: None,
            finished: false,
        };
        supervisor.want(workers);
        supervisor
    }

    /// Takes in what happened at `now`, and says what is to be done, in this order.
    pub fn step(&mut self, now: Instant, input: Input) -> Vec<Action> {
        let mut actions = Vec::new();
        if self.finished {
            return actions;
        }
        match input {
            Input::Ready(id) => self.ready(now, id, &mut actions),
            Input::Beat(id) => self.heard(id),
            Input::Leaving(id) => self.leaving(now, id, &mut actions),
            Input::Exited(id) => self.exited(now, id, &mut actions),
            Input::Pulse => self.pulse(&mut actions),
            Input::Clock => {}
            Input::Reload => self.ask_for_reload(),
            Input::Scale(workers) => self.scale(now, workers, &mut actions),
            Input::Fork => self.fork(),
            Input::Drain(id) => self.dismiss(now, id, &mut actions),
            Input::Shutdown => self.shut_down(now, &mut actions),
            Input::Quit => self.quit(&mut actions),
        }
        self.enforce_limits(now, &mut actions);
        self.go_on_with_reload(now, &mut actions);
        self.fill(now, &mut actions);
        self.finish(&mut actions);
        actions
    }

    /// When `step` wants to be called with `Clock`, if nothing happens before.
    pub fn deadline(&self) -> Option<Instant> {
        let limits = self
            .members
            .values()
            .filter_map(|member| match member.state {
                State::Starting { until } | State::Draining { until } => Some(until),
                State::Ready { .. } | State::Killed { .. } => None,
            });
        let retries = (0..self.slots.len()).filter_map(|slot| {
            let waits = self.outcome.is_none() && self.slots[slot].wanted && !self.is_held(slot);
            self.slots[slot].retry_at.filter(|_| waits)
        });
        limits.chain(retries).min()
    }

    /// What the worker is doing, in a word.
    pub fn state(&self, id: WorkerId) -> Option<&'static str> {
        Some(match self.members.get(&id)?.state {
            State::Starting { .. } => "starting",
            State::Ready { .. } => "ready",
            State::Draining { .. } => "draining",
            State::Killed { .. } => "ending",
        })
    }

    /// Whether it ends, or ended, because we wanted it to. Node: `worker.exitedAfterDisconnect`.
    pub fn is_voluntary(&self, id: WorkerId) -> bool {
        self.members.get(&id).is_some_and(|member| member.voluntary)
    }

    /// Whether the cluster is on its way out.
    pub fn is_ending(&self) -> bool {
        self.outcome.is_some()
    }

    /// How many workers there are to be.
    pub fn wanted(&self) -> usize {
        self.slots.iter().filter(|slot| slot.wanted).count()
    }

    /// The number of the reload that `Reload` would ask for now.
    pub fn next_reload(&self) -> u64 {
        self.reload.next()
    }

    fn ready(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
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
        let ready: Vec<_> = self.ready_in(slot).collect();
        for old in &ready[..ready.len() - 1] {
            self.drain(now, *old, true, actions);
        }
    }

    fn heard(&mut self, id: WorkerId) {
        if let Some(Member {
            state: State::Ready { silent, .. },
            ..
        }) = self.members.get_mut(&id)
        {
            *silent = 0;
        }
    }

    /// Somebody sent SIGTERM to a worker: it finishes what it has, while another one takes its place.
    fn leaving(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        match self
            .members
            .get(&id)
            .map(|member| (member.slot, member.state))
        {
            Some((slot, State::Ready { since, .. })) => {
                self.lost(now, slot, Some(since));
                self.drain(now, id, false, actions);
            }
            Some((_, State::Starting { .. })) => self.kill(id, actions),
            _ => {}
        }
    }

    fn exited(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        let Some(member) = self.members.remove(&id) else {
            return;
        };
        if member.seen_to {
            return;
        }
        let was_ready = member.state.ready_since();
        if self.reload.is_candidate(id) {
            let number = self.reload.fail();
            actions.push(Action::Tell(Notice::ReloadFailed(number)));
        }
        if member.voluntary || self.is_held(member.slot) {
            return;
        }
        self.lost(now, member.slot, was_ready);
        let losses = self.slots[member.slot].losses;
        if !self.ever_ready && losses >= self.rules.give_up_after && self.outcome.is_none() {
            let slot = member.slot;
            self.end(Outcome::GaveUp { slot }, actions);
        }
    }

    /// The slot has lost its worker: when may the next one start?
    fn lost(&mut self, now: Instant, slot: usize, was_ready: Option<Instant>) {
        let entry = &mut self.slots[slot];
        if !self.rules.respawn {
            entry.wanted = false;
        }
        let lived = was_ready.map(|since| now.saturating_duration_since(since));
        entry.losses = self.rules.backoff.losses(entry.losses, lived);
        let wait = self.rules.backoff.wait(entry.losses, lived, self.last_id);
        entry.retry_at = Some(now + wait);
    }

    fn pulse(&mut self, actions: &mut Vec<Action>) {
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

    fn scale(&mut self, now: Instant, workers: usize, actions: &mut Vec<Action>) {
        if self.outcome.is_some() {
            return;
        }
        self.want(workers);
        let spare = self
            .members
            .iter()
            .filter(|(_, member)| member.slot >= workers);
        let spare: Vec<_> = spare.map(|(id, _)| *id).collect();
        for slot in self.slots.iter_mut().skip(workers) {
            slot.wanted = false;
        }
        for id in spare {
            self.dismiss(now, id, actions);
        }
    }

    fn want(&mut self, workers: usize) {
        let slots = self.slots.len().max(workers);
        self.slots.resize_with(slots, Slot::default);
        for slot in &mut self.slots[..workers] {
            slot.wanted = true;
        }
    }

    fn fork(&mut self) {
        match self.slots.iter_mut().find(|slot| !slot.wanted) {
            Some(slot) => slot.wanted = true,
            None => self.want(self.slots.len() + 1),
        }
    }

    /// Lets a worker go for good.
    fn dismiss(&mut self, now: Instant, id: WorkerId, actions: &mut Vec<Action>) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.voluntary = true;
        self.slots[member.slot].wanted = false;
        match member.state {
            State::Ready { .. } => self.drain(now, id, true, actions),
            State::Starting { .. } => self.kill(id, actions),
            State::Draining { .. } | State::Killed { .. } => {}
        }
    }

    fn shut_down(&mut self, now: Instant, actions: &mut Vec<Action>) {
        self.outcome.get_or_insert(Outcome::ShutDown);
        let ids: Vec<_> = self.members.keys().copied().collect();
        for id in ids {
            self.dismiss(now, id, actions);
        }
    }

    fn quit(&mut self, actions: &mut Vec<Action>) {
        self.end(Outcome::Quit, actions);
    }

    fn end(&mut self, outcome: Outcome, actions: &mut Vec<Action>) {
        self.outcome = Some(outcome);
        let ids: Vec<_> = self.members.keys().copied().collect();
        for id in ids {
            self.kill(id, actions);
        }
    }

    fn drain(&mut self, now: Instant, id: WorkerId, voluntary: bool, actions: &mut Vec<Action>) {
        if let Some(member) = self.members.get_mut(&id) {
            let until = now + self.rules.drain_timeout;
            member.state = State::Draining { until };
            member.seen_to = true;
            member.voluntary |= voluntary;
            actions.push(Action::Drain(id));
        }
    }

    fn kill(&mut self, id: WorkerId, actions: &mut Vec<Action>) {
        if let Some(member) = self.members.get_mut(&id)
            && !matches!(member.state, State::Killed { .. })
        {
            let was_ready = member.state.ready_since();
            member.state = State::Killed { was_ready };
            actions.push(Action::Kill(id));
        }
    }

    fn enforce_limits(&mut self, now: Instant, actions: &mut Vec<Action>) {
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

    /// Starts a worker wherever one is missing and may be started.
    fn fill(&mut self, now: Instant, actions: &mut Vec<Action>) {
        if self.outcome.is_some() {
            return;
        }
        for slot in 0..self.slots.len() {
            let may = self.slots[slot].retry_at.is_none_or(|at| at <= now);
            if self.slots[slot].wanted && may && !self.is_held(slot) {
                self.spawn(now, slot, actions);
            }
        }
    }

    fn spawn(&mut self, now: Instant, slot: usize, actions: &mut Vec<Action>) -> WorkerId {
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

    fn finish(&mut self, actions: &mut Vec<Action>) {
        if !self.members.is_empty() {
            return;
        }
        let nobody = self.slots.iter().all(|slot| !slot.wanted);
        let left = if self.ever_ready {
            Outcome::NobodyLeft
        } else {
            Outcome::GaveUp { slot: 0 }
        };
        let outcome = self.outcome.or(nobody.then_some(left));
        if let Some(outcome) = outcome {
            self.finished = true;
            actions.push(Action::Finish(outcome));
        }
    }

    /// Whether a worker serves here, or will soon.
    fn is_held(&self, slot: usize) -> bool {
        self.in_slot(slot)
            .any(|(_, state)| matches!(state, State::Ready { .. } | State::Starting { .. }))
    }

    fn ready_in(&self, slot: usize) -> impl Iterator<Item = WorkerId> {
        let ready = |(id, state)| matches!(state, State::Ready { .. }).then_some(id);
        self.in_slot(slot).filter_map(ready)
    }

    fn in_slot(&self, slot: usize) -> impl Iterator<Item = (WorkerId, State)> {
        let members = self.members.iter();
        members
            .filter(move |(_, member)| member.slot == slot)
            .map(|(id, member)| (*id, member.state))
    }
}
