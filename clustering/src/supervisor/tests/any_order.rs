//! Whatever happens in whatever order: it settles, and it ends.

use std::time::Duration;

use super::super::Input;
use super::{LAME_DUCK, Process, World, settings};
use crate::{Settings, WorkerId};

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
        let settings = Settings {
            respawn: random.below(8) > 0,
            lame_duck: [Duration::ZERO, LAME_DUCK][random.below(2)],
            ..settings()
        };
        let mut world = World::with(settings, workers);
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
