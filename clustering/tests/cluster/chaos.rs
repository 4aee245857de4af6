//! Everything at once, in any order: after it a cluster is what it was.

use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::Connection;
use crate::support::cluster::{Cluster, serve};
use crate::support::load::{Kind, Load};
use crate::support::process::{children_of, descriptors_of, memory_of, send, zombies_of};
use crate::support::{Dice, each_policy, soak, until};
use nix::sys::signal::Signal;

/// How many workers there may be at most.
const MOST: usize = 4;

/// What is done to a cluster, and how large it is to be by now.
struct Chaos {
    cluster: Cluster,
    dice: Dice,
    wanted: usize,
}

impl Chaos {
    fn start(policy: &str, seed: u64) -> Self {
        let mut command = serve(policy, 2);
        command.args(["--idle-grace", "100ms", "--admin", "127.0.0.1:0"]);
        Self {
            cluster: Cluster::start(command, 2),
            dice: Dice(seed),
            wanted: 2,
        }
    }

    /// Does one thing.
    fn step(&mut self) {
        let workers = self.cluster.workers();
        match self.dice.roll(8) {
            0 | 1 if !workers.is_empty() => self.hit(Signal::SIGKILL),
            2 if !workers.is_empty() => self.hit(Signal::SIGTERM),
            3 if !workers.is_empty() => {
                let victim = workers[self.dice.roll(workers.len())];
                send(victim, Signal::SIGSTOP);
                thread::sleep(Duration::from_millis(100));
                send(victim, Signal::SIGCONT);
            }
            4 => self.cluster.signal(Signal::SIGHUP),
            5 => self.grow(),
            6 => self.shrink(),
            _ => {}
        }
        let pause = self.dice.roll(100);
        thread::sleep(Duration::from_millis(u64::try_from(pause).unwrap()));
        self.cluster.look();
    }

    fn hit(&mut self, signal: Signal) {
        let workers = self.cluster.workers();
        if let Some(victim) = workers.get(self.dice.roll(workers.len().max(1))) {
            send(*victim, signal);
        }
    }

    fn grow(&mut self) {
        if self.wanted < MOST {
            self.wanted += 1;
            self.signal_and_wait(Signal::SIGTTIN);
        }
    }

    fn shrink(&mut self) {
        if self.wanted > 1 {
            self.wanted -= 1;
            self.signal_and_wait(Signal::SIGTTOU);
        }
    }

    /// Two signals of the same kind that come at once are one.
    fn signal_and_wait(&self, signal: Signal) {
        self.cluster.signal(signal);
        let admin = self.cluster.admin();
        let wanted = format!("\"wanted\":{},", self.wanted);
        until("it has been seen", || {
            let mut connection = Connection::open(admin).unwrap().patient();
            let status = connection.ask("/status").unwrap().body;
            let status = String::from_utf8(status).unwrap();
            status.replace(' ', "").contains(&wanted)
        });
    }

    /// Waits until it is large enough once and then has two workers again, so that two moments can be compared.
    fn settle(&mut self) -> (usize, u64) {
        while self.wanted < MOST {
            self.grow();
        }
        self.come_to_rest();
        while self.wanted > 2 {
            self.shrink();
        }
        self.come_to_rest();
        let pid = self.cluster.pid();
        // Now and then there is a connection on its way to a worker.
        let descriptors = (0..50).map(|_| {
            thread::sleep(Duration::from_millis(2));
            descriptors_of(pid)
        });
        let fewest = descriptors.min().expect("there are 50");
        (fewest, memory_of(pid))
    }

    /// Waits for as many workers as there are to be, and nobody else, for a while.
    fn come_to_rest(&mut self) {
        let mut since = Instant::now();
        until("it comes to rest", || {
            self.cluster.look();
            let children = children_of(self.cluster.pid()).len();
            if children != self.wanted || self.cluster.workers().len() != self.wanted {
                since = Instant::now();
            }
            since.elapsed() > Duration::from_millis(300)
        });
    }
}

#[test]
fn whatever_happens_a_cluster_comes_to_rest_with_nothing_lost_or_left() {
    let seed = std::env::var("SEED").map_or(20_260_101, |seed| seed.parse().unwrap());
    println!("SEED={seed}");
    each_policy(|policy| come_to_rest_after_all(policy, seed));
}

fn come_to_rest_after_all(policy: &str, seed: u64) {
    let time = Duration::from_secs(soak(600, 1));
    let mut chaos = Chaos::start(policy, seed);
    let load = Load::start(chaos.cluster.address(), Kind::OneShot, 2);
    // Whatever a cluster acquires once and keeps, it has after this.
    let warm = Instant::now() + time / 4;
    while Instant::now() < warm {
        chaos.step();
    }
    let (descriptors, memory) = chaos.settle();

    let end = Instant::now() + time;
    while Instant::now() < end {
        chaos.step();
    }

    let (descriptors_now, memory_now) = chaos.settle();
    let enough = load.right() + 100;
    until("it answers", || load.right() >= enough);
    let tally = load.stop();
    let started = chaos.cluster.started();
    println!(
        "{policy}: {started} workers; the primary had {descriptors} and has {descriptors_now} descriptors, {memory} and {memory_now} KiB"
    );
    println!("{policy}: {tally}");
    assert_eq!(tally.refused, 0);
    assert_eq!(zombies_of(chaos.cluster.pid()), 0);
    // A connection on its way to a worker is no leak; one that never arrives is.
    let pid = chaos.cluster.pid();
    until("no descriptor is kept", || {
        descriptors_of(pid) <= descriptors
    });
    assert!(memory_now < memory + memory / 10 + 1024, "{memory_now} KiB");
    chaos.cluster.signal(Signal::SIGTERM);
    assert_eq!(chaos.cluster.wait().code(), Some(0));
}
