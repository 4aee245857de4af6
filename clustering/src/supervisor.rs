//! Who is to live and who is to go: the supervisor, a state machine without clock, process or socket.
//!
//! [`Supervisor::step`] takes what happened and when, and answers what is to be done. So that a million orders of events can be tried, which no
//! test with processes could. Node has no supervisor: each program writes one into `cluster.on('exit')`.

mod backoff;
mod ends;
mod lives;
mod reload;
mod size;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;
use std::time::Instant;

pub use backoff::BackOff;
use reload::Reload;
pub use words::{Action, Input, Notice, Outcome, Rules};

use crate::WorkerId;

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
    /// When a cluster that has said that it goes stops to serve.
    leaves_at: Option<Instant>,
    /// Set when nothing is to be started any more.
    outcome: Option<Outcome>,
    finished: bool,
    /// Nobody is to be started for the moment.
    held: bool,
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
            leaves_at: None,
            outcome: None,
            finished: false,
            held: false,
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
            Input::Reload => self.ask_for_reload(),
            Input::Scale(workers) if self.outcome.is_none() => self.scale(workers),
            Input::Fork if self.outcome.is_none() => self.fork(),
            Input::Drain(id) => self.dismiss(id),
            Input::Shutdown => self.shut_down(now, &mut actions),
            Input::Hold => self.held = true,
            Input::Resume => self.held = false,
            Input::Quit => self.quit(&mut actions),
            // A cluster on its way out does not grow.
            Input::Clock | Input::Scale(_) | Input::Fork => {}
        }
        self.leave_in_time(now);
        self.trim(now, &mut actions);
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
            let waits = self.outcome.is_none() && self.lacks_worker(slot);
            self.slots[slot].retry_at.filter(|_| waits)
        });
        limits.chain(retries).chain(self.leaves_at).min()
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

    /// Whether the cluster is on its way out, and nobody should be sent to it any more.
    pub fn is_ending(&self) -> bool {
        self.leaves_at.is_some() || self.is_closing()
    }

    /// Whether those who drain now are the last ones, and nobody comes after them.
    pub fn is_closing(&self) -> bool {
        self.outcome.is_some()
    }

    /// Whether nobody comes or goes at the moment.
    pub fn is_calm(&self) -> bool {
        let serves = |member: &Member| matches!(member.state, State::Ready { .. });
        !self.is_ending() && self.members.values().all(serves)
    }

    /// How many workers there are to be.
    pub fn wanted(&self) -> usize {
        self.slots.iter().filter(|slot| slot.wanted).count()
    }

    /// The number of the reload that `Reload` would ask for now.
    pub fn next_reload(&self) -> u64 {
        self.reload.next()
    }

    /// Whether a worker serves here, or will soon.
    fn is_held(&self, slot: usize) -> bool {
        self.in_slot(slot)
            .any(|(_, state)| matches!(state, State::Ready { .. } | State::Starting { .. }))
    }

    fn in_slot(&self, slot: usize) -> impl Iterator<Item = (WorkerId, State)> {
        let members = self.members.iter();
        members
            .filter(move |(_, member)| member.slot == slot)
            .map(|(id, member)| (*id, member.state))
    }
}
