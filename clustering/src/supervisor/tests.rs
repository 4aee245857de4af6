//! A simulated world of processes in which anything may happen in any order, and what must hold whatever happens.

mod any_order;
mod ends;
mod losses;
mod reload;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::{Action, Input, ShutdownReason, Supervisor};
use crate::{Settings, WorkerId};

const START: Duration = Duration::from_secs(10);
/// The idle grace, the timeout of a drain and what is allowed over it.
const DRAIN: Duration = Duration::from_secs(32);
const LAME_DUCK: Duration = Duration::from_secs(5);

fn settings() -> Settings {
    Settings {
        start_timeout: START,
        ..Settings::default()
    }
}

/// Processes that do what a test says, and a ledger of all that the supervisor asked for.
struct World {
    supervisor: Supervisor,
    now: Instant,
    alive: BTreeMap<WorkerId, Process>,
    started: BTreeSet<WorkerId>,
    finished: Option<ShutdownReason>,
    notices: Vec<Action>,
    respawn: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Process {
    Starting,
    Ready,
    Draining,
    Killed,
}

impl World {
    fn new(workers: usize) -> Self {
        Self::with(settings(), workers)
    }

    fn with(settings: Settings, workers: usize) -> Self {
        let mut world = Self {
            respawn: settings.respawn,
            supervisor: Supervisor::new(settings, workers),
            now: Instant::now(),
            alive: BTreeMap::new(),
            started: BTreeSet::new(),
            finished: None,
            notices: Vec::new(),
        };
        world.tell(Input::Clock);
        world
    }

    fn tell(&mut self, input: Input) {
        let actions = self.supervisor.step(self.now, input);
        assert!(
            self.finished.is_none() || actions.is_empty(),
            "{actions:?} after the end"
        );
        for action in actions {
            match action {
                Action::Spawn(id, _) => {
                    assert!(self.started.insert(id), "{id} was used before");
                    self.alive.insert(id, Process::Starting);
                }
                Action::Drain(id) => {
                    let before = self.alive.insert(id, Process::Draining);
                    assert_eq!(before, Some(Process::Ready), "drained {id}");
                }
                Action::Kill(id) => {
                    let before = self.alive.insert(id, Process::Killed);
                    assert!(
                        before.is_some_and(|state| state != Process::Killed),
                        "killed {id}, {before:?}"
                    );
                }
                Action::Finish(outcome) => {
                    assert!(self.alive.is_empty(), "ended with {:?}", self.alive);
                    self.finished = Some(outcome);
                }
                // All that it says but that it begins.
                Action::Reloading => {}
                notice => self.notices.push(notice),
            }
        }
    }

    fn ready(&mut self, id: u64) {
        let id = WorkerId(id);
        assert_eq!(
            self.alive.insert(id, Process::Ready),
            Some(Process::Starting)
        );
        self.tell(Input::Ready(id));
    }

    fn exits(&mut self, id: u64) {
        let id = WorkerId(id);
        assert!(self.alive.remove(&id).is_some(), "{id} lives");
        self.tell(Input::Exited(id));
    }

    fn pass(&mut self, time: Duration) {
        self.now += time;
        self.tell(Input::Clock);
    }

    fn ids(&self, state: Process) -> Vec<u64> {
        let alive = self.alive.iter();
        let ids = alive
            .filter(|(_, process)| **process == state)
            .map(|(id, _)| id.0);
        ids.collect()
    }

    fn serving(&self) -> usize {
        self.ids(Process::Ready).len()
    }
}
