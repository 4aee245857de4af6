//! Decides which workers to start, drain and kill: the supervisor, a state machine without clock, process or socket.
//!
//! [`Supervisor::step`] takes what happened and when, and answers what is to be done. So that a million orders of events can be tried, which no
//! test with processes could. Node has no supervisor: each program writes one into `cluster.on('exit')`.

mod backoff;
mod lifecycle;
mod rolling_restart;
mod scaling;
mod shutdown;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;
use std::time::Instant;

pub use backoff::BackOff;
use rolling_restart::Reload;
pub use types::{Action, Input, Notice, Rules, ShutdownReason};

use crate::WorkerId;
use crate::stats::WorkerState;

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
struct WorkerEntry {
    slot: usize,
    state: State,
    /// Its end is our will.
    voluntary: bool,
    /// What its end means for the slot was decided when it began to drain.
    replacement_decided: bool,
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
    workers: BTreeMap<WorkerId, WorkerEntry>,
    last_id: u64,
    reload: Reload,
    ever_ready: bool,
    /// When a cluster that has announced its end closes.
    shutdown_at: Option<Instant>,
    /// Set when nothing is to be started any more.
    outcome: Option<ShutdownReason>,
    finished: bool,
}

impl Supervisor {
    /// Returns a supervisor for that many workers. The first `Clock` starts them.
    pub fn new(rules: Rules, workers: usize) -> Self {
        let mut supervisor = Self {
            rules,
            slots: Vec::new(),
            workers: BTreeMap::new(),
            last_id: 0,
            reload: Reload::default(),
            ever_ready: false,
            shutdown_at: None,
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
            Input::Heartbeat(id) => self.heard(id),
            Input::Leaving(id) => self.leaving(now, id, &mut actions),
            Input::Exited(id) => self.exited(now, id, &mut actions),
            Input::HeartbeatTick => self.pulse(&mut actions),
            Input::Reload => self.ask_for_reload(),
            Input::Scale(workers) if self.outcome.is_none() => self.scale(workers),
            Input::Fork if self.outcome.is_none() => self.fork(),
            Input::Drain(id) => self.dismiss(id),
            Input::Shutdown => self.shut_down(now, &mut actions),
            Input::Leave => self.shutdown_at = Some(now),
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
            .workers
            .values()
            .filter_map(|worker| match worker.state {
                State::Starting { until } | State::Draining { until } => Some(until),
                State::Ready { .. } | State::Killed { .. } => None,
            });
        let retries = (0..self.slots.len()).filter_map(|slot| {
            let waits = self.outcome.is_none() && self.lacks_worker(slot);
            self.slots[slot].retry_at.filter(|_| waits)
        });
        limits.chain(retries).chain(self.shutdown_at).min()
    }

    /// Returns what the worker is doing.
    pub fn state(&self, id: WorkerId) -> Option<WorkerState> {
        Some(match self.workers.get(&id)?.state {
            State::Starting { .. } => WorkerState::Starting,
            State::Ready { .. } => WorkerState::Ready,
            State::Draining { .. } => WorkerState::Draining,
            State::Killed { .. } => WorkerState::Ending,
        })
    }

    /// Whether it ends, or ended, because we wanted it to. Node: `worker.exitedAfterDisconnect`.
    pub fn is_voluntary(&self, id: WorkerId) -> bool {
        self.workers.get(&id).is_some_and(|worker| worker.voluntary)
    }

    /// Returns whether the cluster is ending, and should get no more requests.
    pub fn is_ending(&self) -> bool {
        self.shutdown_at.is_some() || self.is_closing()
    }

    /// Returns whether the workers that drain now are the last ones.
    pub fn is_closing(&self) -> bool {
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

    /// Whether a worker serves here, or will soon.
    fn is_held(&self, slot: usize) -> bool {
        self.in_slot(slot)
            .any(|(_, state)| matches!(state, State::Ready { .. } | State::Starting { .. }))
    }

    fn in_slot(&self, slot: usize) -> impl Iterator<Item = (WorkerId, State)> {
        let workers = self.workers.iter();
        workers
            .filter(move |(_, worker)| worker.slot == slot)
            .map(|(id, worker)| (*id, worker.state))
    }
}
