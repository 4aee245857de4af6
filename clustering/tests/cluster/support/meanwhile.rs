//! Somebody misbehaves, and meanwhile everybody else is served.

use std::process::Command;

use super::cluster::Cluster;
use super::load::{Kind, Load};
use super::process::memory_of;
use super::until;

/// Others are answered meanwhile, and nobody dies.
pub struct Meanwhile {
    pub cluster: Cluster,
    pub workers: Vec<u32>,
    load: Load,
}

impl Meanwhile {
    pub fn start(command: Command, workers: usize) -> Self {
        let cluster = Cluster::start(command, workers);
        let workers = cluster.workers();
        let load = Load::start(cluster.address(), Kind::OneShot, 2);
        Self {
            cluster,
            workers,
            load,
        }
    }

    /// Lets a hundred more be answered.
    pub fn answer_more(&self) {
        let enough = self.load.right() + 100;
        until("others are answered", || self.load.right() >= enough);
    }

    /// How much memory all its processes hold, in KiB.
    pub fn memory(&self) -> u64 {
        let workers: u64 = self.workers.iter().map(|pid| memory_of(*pid)).sum();
        workers + memory_of(self.cluster.pid())
    }

    /// Each request was answered, and by the same workers.
    #[track_caller]
    pub fn end(self) {
        self.answer_more();
        self.load.stop().assert_nothing_failed();
        assert_eq!(self.cluster.workers(), self.workers);
    }
}
