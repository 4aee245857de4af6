//! A simulated world of processes in which anything may happen in any order, and what must hold whatever happens.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::{Action, BackOff, Input, Notice, Rules, ShutdownReason, Supervisor};
use crate::WorkerId;

const START: Duration = Duration::from_secs(10);
const DRAIN: Duration = Duration::from_secs(32);

fn rules() -> Rules {
    Rules {
        respawn: true,
        start_timeout: START,
        lame_duck: Duration::ZERO,
        reload_batch: 1,
        drain_timeout: DRAIN,
        silent_pulses: 6,
        give_up_after: 5,
        backoff: BackOff::default(),
    }
}

/// Processes that do what a test says, and a ledger of all that the supervisor asked for.
struct World {
    supervisor: Supervisor,
    now: Instant,
    alive: BTreeMap<WorkerId, Process>,
    started: BTreeSet<WorkerId>,
    finished: Option<ShutdownReason>,
    notices: Vec<Notice>,
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
        Self::with(rules(), workers)
    }

    fn with(rules: Rules, workers: usize) -> Self {
        let mut world = Self {
            respawn: rules.respawn,
            supervisor: Supervisor::new(rules, workers),
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
                // All that it says but that it begins.
                Action::Tell(Notice::Reloading) => {}
                Action::Tell(notice) => self.notices.push(notice),
                Action::Finish(outcome) => {
                    assert!(self.alive.is_empty(), "ended with {:?}", self.alive);
                    self.finished = Some(outcome);
                }
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

#[test]
fn a_reload_starts_the_new_one_before_the_old_one_goes_slot_by_slot() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);

    world.tell(Input::Reload);
    assert_eq!(world.ids(Process::Starting), [3]);
    assert_eq!(world.ids(Process::Ready), [1, 2]);
    world.ready(3);
    assert_eq!(world.ids(Process::Draining), [1]);
    assert!(
        world.ids(Process::Starting).is_empty(),
        "the old one is not gone yet"
    );
    world.exits(1);
    world.ready(4);
    world.exits(2);

    assert_eq!(world.ids(Process::Ready), [3, 4]);
    assert_eq!(world.notices, [Notice::Reloaded]);
}

#[test]
fn a_new_one_that_fails_leaves_the_old_ones_as_they_are() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    world.tell(Input::Reload);

    world.exits(3);

    assert_eq!(world.alive.len(), 2);
    assert_eq!(world.ids(Process::Ready), [1, 2]);
    assert_eq!(world.notices, [Notice::ReloadFailed]);
}

#[test]
fn a_new_one_that_is_never_ready_is_killed_and_the_reload_given_up() {
    let mut world = World::new(1);
    world.ready(1);
    world.tell(Input::Reload);

    world.pass(START);
    assert_eq!(world.ids(Process::Killed), [2]);
    world.exits(2);

    assert_eq!(world.ids(Process::Ready), [1]);
    assert_eq!(
        world.notices,
        [Notice::StartTimedOut(WorkerId(2)), Notice::ReloadFailed]
    );
}

#[test]
fn a_reload_that_is_asked_for_during_another_comes_after_it() {
    let mut world = World::new(1);
    world.ready(1);
    world.tell(Input::Reload);
    world.tell(Input::Reload);
    world.tell(Input::Reload);
    world.ready(2);
    world.exits(1);
    assert_eq!(world.ids(Process::Starting), [3]);
    world.ready(3);
    world.exits(2);

    assert_eq!(world.notices, [Notice::Reloaded, Notice::Reloaded]);
    assert_eq!(world.ids(Process::Ready), [3]);
}

#[test]
fn a_worker_that_crashes_is_replaced_at_once_and_then_later_and_later() {
    let mut world = World::new(1);
    world.ready(1);
    world.exits(1);
    let mut waits = Vec::new();
    for id in 2..=8 {
        assert_eq!(world.ids(Process::Starting), [id]);
        world.exits(id);
        let until = world
            .supervisor
            .deadline()
            .expect("it is to be tried again");
        waits.push((until - world.now).as_millis());
        world.pass(until - world.now);
    }

    for (wait, expected) in waits
        .into_iter()
        .zip([100, 200, 400, 800, 1600, 3200, 6400])
    {
        assert!(
            wait * 10 >= expected * 8 && wait * 10 <= expected * 12,
            "{wait} for {expected}"
        );
    }
}

#[test]
fn whoever_was_healthy_for_long_is_replaced_at_once_again() {
    let mut world = World::new(1);
    world.exits(1);
    world.exits(2);
    let wait = world.supervisor.deadline().expect("a retry") - world.now;
    world.pass(wait);
    world.ready(3);
    world.pass(BackOff::default().healthy);

    world.exits(3);

    assert_eq!(world.ids(Process::Starting), [4]);
}

#[test]
fn who_was_ready_is_missed_for_half_a_second_at_most() {
    let mut world = World::new(1);
    for id in 1..=20 {
        world.ready(id);
        world.exits(id);
        if let Some(until) = world
            .supervisor
            .deadline()
            .filter(|_| world.alive.is_empty())
        {
            assert!(until - world.now <= Duration::from_millis(600));
            world.pass(until - world.now);
        }
    }
}

#[test]
fn a_program_that_cannot_start_is_given_up_within_two_seconds() {
    let mut world = World::new(2);
    let begin = world.now;
    while world.finished.is_none() {
        match world.ids(Process::Starting).first() {
            Some(id) => world.exits(*id),
            None if !world.alive.is_empty() => {
                let killed = world.ids(Process::Killed)[0];
                world.exits(killed);
            }
            None => {
                let until = world.supervisor.deadline().expect("a next try");
                world.pass(until - world.now);
            }
        }
    }

    assert!(matches!(
        world.finished,
        Some(ShutdownReason::GaveUp { .. })
    ));
    assert!(world.now - begin < Duration::from_secs(2));
    assert!(world.started.len() <= 10, "{} starts", world.started.len());
}

#[test]
fn one_slot_that_crashes_for_ever_does_not_end_the_others() {
    let mut world = World::new(2);
    world.ready(1);
    for _ in 0..50 {
        while let Some(id) = world.ids(Process::Starting).first().copied() {
            world.exits(id);
        }
        let until = world.supervisor.deadline().expect("a next try");
        world.pass(until - world.now);
    }

    assert_eq!(world.ids(Process::Ready), [1]);
    assert_eq!(world.finished, None);
}

#[test]
fn a_worker_that_is_silent_is_killed_and_replaced() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    for _ in 0..7 {
        world.tell(Input::Heartbeat(WorkerId(2)));
        world.tell(Input::HeartbeatTick);
    }

    assert_eq!(world.ids(Process::Killed), [1]);
    assert_eq!(world.notices, [Notice::Hung(WorkerId(1))]);
    world.exits(1);
    assert_eq!(world.ids(Process::Starting), [3]);
}

#[test]
fn somebody_who_was_asked_to_go_by_others_is_replaced_while_it_finishes() {
    let mut world = World::new(1);
    world.ready(1);

    world.tell(Input::Leaving(WorkerId(1)));

    assert_eq!(world.ids(Process::Draining), [1]);
    assert_eq!(world.ids(Process::Starting), [2]);
    assert!(!world.supervisor.is_voluntary(WorkerId(1)));
}

#[test]
fn without_respawn_the_cluster_ends_with_its_last_worker() {
    let rules = Rules {
        respawn: false,
        ..rules()
    };
    let mut world = World::with(rules, 2);
    world.ready(1);
    world.ready(2);
    world.exits(1);
    assert_eq!(world.finished, None);

    world.exits(2);

    assert_eq!(world.finished, Some(ShutdownReason::NobodyLeft));
    assert_eq!(world.started.len(), 2);
}

#[test]
fn a_drained_worker_is_not_replaced_until_one_is_forked() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    world.tell(Input::Drain(WorkerId(1)));
    assert!(world.supervisor.is_voluntary(WorkerId(1)));
    world.exits(1);
    assert_eq!(world.alive.len(), 1);

    world.tell(Input::Fork);

    assert_eq!(world.ids(Process::Starting), [3]);
}

#[test]
fn a_shutdown_waits_for_those_who_finish_and_kills_those_who_do_not() {
    let mut world = World::new(3);
    world.ready(1);
    world.ready(2);

    world.tell(Input::Shutdown);
    assert_eq!(world.ids(Process::Draining), [1, 2]);
    assert_eq!(world.ids(Process::Killed), [3]);
    world.exits(1);
    world.exits(3);
    world.pass(DRAIN);
    assert_eq!(world.ids(Process::Killed), [2]);
    world.exits(2);

    assert_eq!(world.finished, Some(ShutdownReason::ShutDown));
}

const LAME_DUCK: Duration = Duration::from_secs(5);

fn lame_duck(workers: usize) -> World {
    let rules = Rules {
        lame_duck: LAME_DUCK,
        ..rules()
    };
    let mut world = World::with(rules, workers);
    for id in 1..=workers as u64 {
        world.ready(id);
    }
    world.tell(Input::Shutdown);
    world
}

#[test]
fn a_lame_duck_serves_on_until_its_time_is_over() {
    let mut world = lame_duck(2);
    assert!(world.supervisor.is_ending() && !world.supervisor.is_closing());
    assert_eq!(world.notices, [Notice::LameDuck]);
    assert_eq!(world.supervisor.deadline(), Some(world.now + LAME_DUCK));

    world.pass(LAME_DUCK - Duration::from_millis(1));
    assert_eq!(world.serving(), 2);
    // Asked again, it goes neither earlier nor later.
    world.tell(Input::Shutdown);
    world.pass(Duration::from_millis(1));

    assert!(world.supervisor.is_closing());
    assert_eq!(world.ids(Process::Draining), [1, 2]);
    world.exits(1);
    world.exits(2);
    assert_eq!(world.finished, Some(ShutdownReason::ShutDown));
}

#[test]
fn a_lame_duck_replaces_whoever_dies_meanwhile() {
    let mut world = lame_duck(1);

    world.exits(1);

    assert_eq!(world.ids(Process::Starting), [2]);
    world.ready(2);
    world.pass(LAME_DUCK);
    assert_eq!(world.ids(Process::Draining), [2]);
}

#[test]
fn a_lame_duck_that_is_to_end_at_once_does() {
    let mut world = lame_duck(2);

    world.tell(Input::Quit);

    assert_eq!(world.ids(Process::Killed), [1, 2]);
    world.exits(1);
    world.exits(2);
    assert_eq!(world.finished, Some(ShutdownReason::Quit));
}

/// Small, seeded, and good enough to try orders (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).expect("below a usize")
    }

    fn any(&mut self, of: &[u64]) -> Option<u64> {
        (!of.is_empty()).then(|| of[self.below(of.len())])
    }
}

#[test]
fn whatever_happens_in_whatever_order_it_settles_and_ends() {
    let rounds = if std::env::var_os("SOAK").is_some() {
        20_000
    } else {
        1_000
    };
    for seed in 1..=rounds {
        let mut random = Random(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(seed));
        let workers = 1 + random.below(5);
        let rules = Rules {
            respawn: random.below(8) > 0,
            lame_duck: [Duration::ZERO, LAME_DUCK][random.below(2)],
            ..rules()
        };
        let mut world = World::with(rules, workers);
        for _ in 0..60 {
            something_happens(&mut world, &mut random);
            check(&world, seed);
        }
        settle(&mut world, seed);
        world.tell(if random.below(2) == 0 {
            Input::Shutdown
        } else {
            Input::Quit
        });
        world.pass(LAME_DUCK);
        end(&mut world, seed);
    }
}

fn something_happens(world: &mut World, random: &mut Random) {
    let before = world.serving();
    let alive: Vec<u64> = world.alive.keys().map(|id| id.0).collect();
    match random.below(20) {
        0..=4 => {
            if let Some(id) = random.any(&world.ids(Process::Starting)) {
                world.ready(id);
                // The old one goes only for the new one.
                assert!(world.serving() >= before, "{before} served before");
            }
        }
        5..=6 => {
            if let Some(id) = random.any(&alive) {
                world.exits(id);
            }
        }
        7..=9 => {
            let ending = [world.ids(Process::Draining), world.ids(Process::Killed)].concat();
            if let Some(id) = random.any(&ending) {
                world.exits(id);
            }
        }
        10 => {
            // A worker that is gone, or never was, cannot be meant.
            let id = WorkerId(random.below(100) as u64);
            if !world.alive.contains_key(&id) {
                world.tell(Input::Ready(id));
                world.tell(Input::Exited(id));
                world.tell(Input::Leaving(id));
                world.tell(Input::Drain(id));
            }
        }
        11 => {
            world.tell(Input::Reload);
            assert!(world.serving() >= before, "a reload takes nobody away");
        }
        12 => world.tell(Input::Scale(1 + random.below(5))),
        13 => world.tell(Input::Fork),
        14 => {
            if let Some(id) = random.any(&alive) {
                world.tell(Input::Drain(WorkerId(id)));
            }
        }
        15 => {
            if let Some(id) = random.any(&alive) {
                world.tell(Input::Leaving(WorkerId(id)));
            }
        }
        16 => world.tell(Input::HeartbeatTick),
        17 => {
            for id in alive {
                world.tell(Input::Heartbeat(WorkerId(id)));
            }
        }
        _ => world.pass(Duration::from_millis(
            [1, 100, 1_000, 12_000][random.below(4)],
        )),
    }
}

fn check(world: &World, seed: u64) {
    let coming = world.ids(Process::Starting).len() + world.serving();
    let wanted = world.supervisor.wanted();
    if world.finished.is_none() {
        // One new worker in a reload, and no other.
        assert!(
            coming <= wanted + 1,
            "seed {seed}: {coming} for {wanted}: {:?}",
            world.supervisor
        );
    }
}

/// From here on all goes well: every start succeeds, a worker that is told to go goes.
fn settle(world: &mut World, seed: u64) {
    for _ in 0..200 {
        let wanted = world.supervisor.wanted();
        if world.finished.is_some() || (world.serving() == wanted && world.alive.len() == wanted) {
            return;
        }
        if let Some(id) = world.ids(Process::Starting).first() {
            world.ready(*id);
        } else if let Some(id) = world.ids(Process::Draining).first() {
            world.exits(*id);
        } else if let Some(id) = world.ids(Process::Killed).first() {
            world.exits(*id);
        } else {
            let until = world.supervisor.deadline();
            let until = until
                .unwrap_or_else(|| panic!("seed {seed}: nothing is to come: {:?}", world.alive));
            world.pass(until.saturating_duration_since(world.now));
        }
    }
    panic!(
        "seed {seed}: not settled: {:?}, respawn {}",
        world.supervisor, world.respawn
    );
}

fn end(world: &mut World, seed: u64) {
    for _ in 0..100 {
        if world.finished.is_some() {
            return;
        }
        let id = world
            .alive
            .keys()
            .next()
            .unwrap_or_else(|| panic!("seed {seed}: not finished"))
            .0;
        world.exits(id);
    }
    panic!("seed {seed}: not ended: {:?}", world.supervisor);
}

#[test]
fn a_program_that_is_never_ready_in_time_is_given_up_as_well() {
    let mut world = World::new(1);
    while world.finished.is_none() {
        assert!(world.started.len() <= 5, "{} starts", world.started.len());
        if let Some(killed) = world.ids(Process::Killed).first().copied() {
            world.exits(killed);
        } else {
            let until = world.supervisor.deadline().expect("a limit or a next try");
            world.pass(until - world.now);
        }
    }

    assert_eq!(
        world.finished,
        Some(ShutdownReason::GaveUp { slot: 0, tries: 5 })
    );
}

#[test]
fn whoever_is_killed_is_replaced_when_it_is_gone_and_not_before() {
    let mut world = World::new(1);
    world.ready(1);
    (0..7).for_each(|_| world.tell(Input::HeartbeatTick));
    assert_eq!(world.ids(Process::Killed), [1]);
    assert!(world.ids(Process::Starting).is_empty());

    world.exits(1);

    assert_eq!(world.ids(Process::Starting), [2]);
}

#[test]
fn without_respawn_whoever_hangs_is_not_replaced_either() {
    let rules = Rules {
        respawn: false,
        ..rules()
    };
    let mut world = World::with(rules, 1);
    world.ready(1);
    (0..7).for_each(|_| world.tell(Input::HeartbeatTick));

    world.exits(1);

    assert_eq!(world.finished, Some(ShutdownReason::NobodyLeft));
}

#[test]
fn a_place_that_is_given_up_during_a_reload_does_not_end_it() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    world.tell(Input::Reload);
    world.ready(3);
    world.exits(1);
    assert_eq!(world.ids(Process::Starting), [4]);

    world.tell(Input::Scale(1));
    world.exits(4);
    world.exits(2);

    assert_eq!(world.notices, [Notice::Reloaded]);
}

#[test]
fn all_who_are_ended_at_once_end_by_our_will() {
    let mut world = World::new(1);
    world.ready(1);

    world.tell(Input::Quit);

    assert!(world.supervisor.is_voluntary(WorkerId(1)));
}

#[test]
fn nobody_can_ask_for_more_workers_than_there_can_be() {
    let mut world = World::new(1);

    world.tell(Input::Scale(usize::MAX));

    assert_eq!(world.supervisor.wanted(), super::scaling::MOST_WORKERS);
}
