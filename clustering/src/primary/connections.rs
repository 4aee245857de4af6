//! Connections find their worker: handed over one by one, or accepted by the workers themselves.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{Primary, listener};
use crate::ipc::acceptor::{Accepted, drain_backlog};
use crate::ipc::protocol::PrimaryMessage;
use crate::sys::{self, MOST_DESCRIPTORS};
use crate::{Error, Event, Scheduling, WorkerId};

impl Primary {
    fn scheduling(&self) -> Scheduling {
        self.builder.scheduling.unwrap_or_default()
    }

    /// Begins to take connections, where the primary does so itself.
    pub(super) fn begin_to_accept(&mut self) -> Result<(), Error> {
        if self.scheduling() == Scheduling::RoundRobin {
            for listener in &self.listeners {
                let watched = listener.socket.try_clone();
                let added = watched.and_then(|listener| self.acceptor.push(listener));
                added.map_err(Error::io("watch the listener"))?;
            }
        }
        Ok(())
    }

    /// Lets a worker that is ready have connections.
    pub(super) fn give_connections_to(&mut self, id: WorkerId) {
        match self.scheduling() {
            Scheduling::RoundRobin => self.balancer.add(id),
            Scheduling::Shared => {
                for listener in &self.listeners {
                    let socket = vec![listener.socket.clone()];
                    self.send(id, &PrimaryMessage::Listen, socket);
                }
            }
        }
    }

    pub(super) fn accepted(&mut self, accepted: Accepted) {
        let mut burst = Vec::new();
        let mut next = Some(accepted);
        while let Some(Accepted::Connection(connection)) = next {
            burst.push(Arc::new(connection));
            let has_room = burst.len() < self.balancer.room();
            next = has_room.then(|| self.acceptor.try_accept()).flatten();
        }
        if let Some(Accepted::Failed(reason)) = next {
            self.emit(Event::AcceptFailed(reason));
        }
        self.hand_over(burst);
    }

    /// Gives each connection to a worker; those for the same worker go in one message.
    pub(super) fn hand_over(&mut self, connections: impl IntoIterator<Item = Arc<OwnedFd>>) {
        let mut batches = BTreeMap::new();
        for connection in connections {
            match self.balancer.send(connection.clone()) {
                Ok((id, number)) => {
                    let (_, batch) = batches.entry(id).or_insert((number, Vec::new()));
                    batch.push(connection);
                }
                Err(connection) => self.balancer.requeue(connection),
            }
        }
        for (id, (mut first, connections)) in batches {
            for connections in connections.chunks(MOST_DESCRIPTORS) {
                let count = connections.len() as u64;
                let message = PrimaryMessage::Connections { first, count };
                self.send(id, &message, connections.to_vec());
                first += count;
            }
        }
    }

    /// Takes no connection any more. Those that were accepted have been promised an answer, and, where the queue ends with this process, those in it.
    pub(super) fn stop_accepting(&mut self) {
        let ours = self.listeners.iter().filter(|one| one.is_ours());
        let ours: Vec<_> = ours.map(|one| one.socket.clone()).collect();
        ours.iter().for_each(|one| sys::drop_new_syns(one));
        if self.scheduling() == Scheduling::RoundRobin {
            self.acceptor.stop();
            self.balancer.lift_limits();
            let waiting = ours.iter().flat_map(|one| drain_backlog(one));
            self.hand_over(waiting.map(Arc::new));
            let requeued = self.balancer.take_requeued();
            self.hand_over(requeued);
            ours.iter().for_each(|one| listener::shutdown(one));
        }
        // Workers that accept themselves empty the queue and shut it.
    }
}
