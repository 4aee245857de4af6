//! Which worker accepts from which listener, where the primary does not accept itself.
//!
//! Each listener always has somebody: while its own worker is away, a neighbour serves its queue too. Pure, as the supervisor is.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::{Scheduling, WorkerId};

/// Who listens where.
#[derive(Debug)]
pub struct Placement {
    scheduling: Scheduling,
    /// Those who serve, with their slots.
    workers: Vec<(WorkerId, usize)>,
    placed: BTreeSet<(WorkerId, usize)>,
}

/// What a worker has to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Accept from this listener.
    Listen(WorkerId, usize),
    /// Accept from it no more.
    Unlisten(WorkerId, usize),
}

impl Placement {
    /// Nobody yet.
    pub fn new(scheduling: Scheduling) -> Self {
        Self {
            scheduling,
            workers: Vec::new(),
            placed: BTreeSet::new(),
        }
    }

    /// This worker serves from now on.
    pub fn add(&mut self, id: WorkerId, slot: usize) {
        self.workers.push((id, slot));
    }

    /// This worker is leaving, or gone: it has let go of its listeners by itself.
    pub fn retire(&mut self, id: WorkerId) {
        self.workers.retain(|(worker, _)| *worker != id);
        self.placed.retain(|(worker, _)| *worker != id);
    }

    /// What has to change for so many listeners.
    pub fn changes(&mut self, listeners: usize) -> Vec<Change> {
        let wanted: BTreeSet<_> = match self.scheduling {
            Scheduling::RoundRobin => BTreeSet::new(),
            Scheduling::Shared => self.workers.iter().map(|(id, _)| (*id, 0)).collect(),
            Scheduling::ReusePort => (0..listeners)
                .filter_map(|listener| Some((self.server_of(listener)?, listener)))
                .collect(),
        };
        // The new one first, so that nobody waits.
        let listen = wanted.difference(&self.placed);
        let listen = listen.map(|(id, listener)| Change::Listen(*id, *listener));
        let unlisten = self.placed.difference(&wanted);
        let unlisten = unlisten.map(|(id, listener)| Change::Unlisten(*id, *listener));
        let changes = listen.chain(unlisten).collect();
        self.placed = wanted;
        changes
    }

    /// The newest worker of the slot with that number, or else a neighbour.
    fn server_of(&self, listener: usize) -> Option<WorkerId> {
        let own = self
            .workers
            .iter()
            .rev()
            .find(|(_, slot)| *slot == listener);
        let neighbour = || self.workers.get(listener % self.workers.len().max(1));
        own.or_else(neighbour).map(|(id, _)| *id)
    }
}
