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
pub use lifecycle::PULSE;
use rolling_restart::Reload;
pub use types::{Action, Input, ShutdownReason};

use crate::stats::WorkerState;
use crate::{Settings, WorkerId};

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

    /// Returns when its time is over.
    fn until(self) -> Option<Instant> {
        match self {
            Self::Starting { until } | Self::Draining { until } => Some(until),
            Self::Ready { .. } | Self::Killed { .. } => None,
        }
    }

    /// Returns whether it serves, or will soon.
    fn holds_slot(self) -> bool {
        matches!(self, Self::Starting { .. } | Self::Ready { .. })
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
    settings: Settings,
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
    /// What the step under way has decided so far.
    actions: Vec<Action>,
}

impl Supervisor {
    /// Returns a supervisor for that many workers. The first `Clock` starts them.
    pub fn new(settings: Settings, workers: usize) -> Self {
        let mut supervisor = Self {
            settings,
            slots: Vec::new(),
            workers: BTreeMap::new(),
            last_id: 0,
            reload: Reload::default(),
            ever_ready: false,
            shutdown_at: None,
            outcome: None,
            finished: false,
            actions: Vec::new(),
        };
        supervisor.scale(workers);
        supervisor
    }

    /// Takes in what happened at `now`, and says what is to be done, in this order.
    pub fn step(&mut self, now: Instant, input: Input) -> Vec<Action> {
        if self.finished {
            return Vec::new();
        }
        match input {
            Input::Ready(id) => self.ready(now, id),
            Input::Heartbeat(id) => self.heard(id),
            Input::Leaving(id) => self.leaving(now, id),
            Input::Exited(id) => self.exited(now, id),
            Input::HeartbeatTick => self.pulse(),
            Input::Reload => self.reload.again = true,
            Input::Scale(workers) if self.outcome.is_none() => self.scale(workers),
            Input::Fork if self.outcome.is_none() => self.fork(),
            Input::Drain(id) => self.dismiss(id),
            Input::Shutdown => self.shut_down(now),
            Input::Leave => self.shutdown_at = Some(now),
            Input::Quit => self.end(ShutdownReason::Quit),
            // A cluster on its way out does not grow.
            Input::Clock | Input::Scale(_) | Input::Fork => {}
        }
        self.leave_in_time(now);
        self.trim(now);
        self.enforce_limits(now);
        self.go_on_with_reload(now);
        self.fill(now);
        self.finish();
        std::mem::take(&mut self.actions)
    }

    /// When `step` wants to be called with `Clock`, if nothing happens before.
    pub fn deadline(&self) -> Option<Instant> {
        let workers = self.workers.values();
        let limits = workers.filter_map(|worker| worker.state.until());
        let retries = self.vacant_slots().into_iter();
        let retries = retries.filter_map(|slot| self.slots[slot].retry_at);
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

    /// Returns where a worker is to be started: none serves or will soon, and the fate of the slot does not depend on one that is being killed.
    fn vacant_slots(&self) -> Vec<usize> {
        let wanted = |slot: &Slot| slot.wanted && self.outcome.is_none();
        let mut vacant: Vec<_> = self.slots.iter().map(wanted).collect();
        for worker in self.workers.values() {
            let is_decided = worker.replacement_decided || worker.voluntary;
            let is_killed = matches!(worker.state, State::Killed { .. });
            if worker.state.holds_slot() || (is_killed && !is_decided) {
                vacant[worker.slot] = false;
            }
        }
        (0..vacant.len()).filter(|slot| vacant[*slot]).collect()
    }

    /// Whether a worker serves here, or will soon.
    fn is_held(&self, slot: usize) -> bool {
        let mut workers = self.workers.values();
        workers.any(|worker| worker.slot == slot && worker.state.holds_slot())
    }

    /// Returns the workers of which `which` is true.
    fn ids(&self, which: impl Fn(WorkerId, &WorkerEntry) -> bool) -> Vec<WorkerId> {
        let workers = self.workers.iter();
        let ids = workers.filter(|(id, worker)| which(**id, worker));
        ids.map(|(id, _)| *id).collect()
    }
}
