//! Which worker gets the next connection: Node's `SCHED_RR`, with the worker that has the fewest first, and the next in turn among equals.
//!
//! A connection that was sent to a worker stays here until the worker says that it has it. If the worker dies before, the connection goes to
//! another one: Node forgets it, and the client waits for ever.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use crate::WorkerId;

/// The most connections on their way to one worker. Node has one; a few more save turns, many would wait behind a worker that is busy.
const WINDOW: usize = 32;

/// Workers and the connections that are on their way to them.
#[derive(Debug)]
pub struct Balancer<C> {
    workers: Vec<Backend<C>>,
    /// Connections that a worker could not take, or did not live to take.
    requeued: VecDeque<C>,
    most_open: u64,
    window: usize,
    /// Where the search for the next one begins.
    turn: usize,
}

#[derive(Debug)]
struct Backend<C> {
    id: WorkerId,
    /// What the worker says that it has.
    open: u64,
    in_flight: VecDeque<(u64, C)>,
    /// The number of the last connection that was sent to it: several in one message have numbers in a row.
    last: u64,
    /// It had no descriptors left; until it says something else, it gets nothing.
    is_full: bool,
    /// It takes no new ones, but may still lose those that are on their way.
    retired: bool,
}

impl<C: Clone> Balancer<C> {
    /// Returns a balancer without workers; each may have `most_open` connections.
    pub fn new(most_open: u64) -> Self {
        Self {
            workers: Vec::new(),
            requeued: VecDeque::new(),
            most_open,
            window: WINDOW,
            turn: 0,
        }
    }

    /// This worker takes connections from now on.
    pub fn add(&mut self, id: WorkerId) {
        self.workers.push(Backend {
            id,
            open: 0,
            in_flight: VecDeque::new(),
            last: 0,
            is_full: false,
            retired: false,
        });
    }

    /// This worker gets nothing more.
    pub fn retire(&mut self, id: WorkerId) {
        if let Some(worker) = self.find(id) {
            worker.retired = true;
        }
    }

    /// This worker is dead: what had not arrived is to be sent again.
    pub fn remove(&mut self, id: WorkerId) {
        let Some(index) = self.workers.iter().position(|worker| worker.id == id) else {
            return;
        };
        let worker = self.workers.remove(index);
        self.turn = 0;
        let lost = worker.in_flight.into_iter();
        self.requeued.extend(lost.map(|(_, connection)| connection));
    }

    /// Lifts the limits: a connection that is not assigned now is never served.
    pub fn lift_limits(&mut self) {
        self.window = usize::MAX;
        self.most_open = u64::MAX;
    }

    /// Keeps a connection for which there is no room until there is.
    pub fn requeue(&mut self, connection: C) {
        self.requeued.push_front(connection);
    }

    /// Returns the connections that came back, as many as there is room for, to be sent first.
    pub fn take_requeued(&mut self) -> Vec<C> {
        let count = self.requeued.len().min(self.room());
        self.requeued.drain(..count).collect()
    }

    /// Returns how many connections the workers can take.
    pub fn room(&self) -> usize {
        let rooms = self.workers.iter().map(|one| self.room_of(one));
        rooms.fold(0, usize::saturating_add)
    }

    fn room_of(&self, worker: &Backend<C>) -> usize {
        if worker.retired || worker.is_full {
            return 0;
        }
        let window = self.window.saturating_sub(worker.in_flight.len());
        let most = self.most_open.saturating_sub(worker.load());
        window.min(usize::try_from(most).unwrap_or(usize::MAX))
    }

    /// Chooses a worker for the connection and gives it a number, or gives it back if no worker has room.
    ///
    /// # Errors
    ///
    /// The connection itself.
    pub fn send(&mut self, connection: C) -> Result<(WorkerId, u64), C> {
        let count = self.workers.len();
        let in_turn = (0..count).map(|step| (self.turn + step) % count);
        let free = in_turn.filter(|index| self.room_of(&self.workers[*index]) > 0);
        // The first of several equals.
        let Some(index) = free.min_by_key(|index| self.workers[*index].load()) else {
            return Err(connection);
        };
        self.turn = index + 1;
        let worker = &mut self.workers[index];
        worker.last += 1;
        worker.in_flight.push_back((worker.last, connection));
        Ok((worker.id, worker.last))
    }

    /// The worker has answered for connections from `first` on: it took `taken` of them and could not take `refused` more.
    pub fn ack(&mut self, id: WorkerId, first: u64, taken: u64, refused: u64, open: u64) {
        let mut workers = self.workers.iter_mut();
        let Some(worker) = workers.find(|worker| worker.id == id) else {
            return;
        };
        let taken_until = first.saturating_add(taken);
        let until = taken_until.saturating_add(refused);
        worker.open = open;
        worker.is_full = refused > 0;
        let answered = worker
            .in_flight
            .partition_point(|(number, _)| *number < until);
        let answered = worker.in_flight.drain(..answered);
        let back = answered.filter(|(number, _)| *number >= taken_until);
        self.requeued.extend(back.map(|(_, connection)| connection));
    }

    /// The worker has `open` connections now.
    pub fn is_open(&mut self, id: WorkerId, open: u64) {
        if let Some(worker) = self.find(id) {
            worker.open = open;
            worker.is_full = false;
        }
    }

    fn find(&mut self, id: WorkerId) -> Option<&mut Backend<C>> {
        self.workers.iter_mut().find(|worker| worker.id == id)
    }
}

impl<C> Backend<C> {
    fn load(&self) -> u64 {
        self.open + self.in_flight.len() as u64
    }
}
