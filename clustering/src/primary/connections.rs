//! Connections find their worker: handed over one by one, or accepted by the workers themselves.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{Primary, listener};
use crate::ipc::acceptor::{Accepted, drain_backlog};
use crate::ipc::protocol::PrimaryMessage;
use crate::primary::worker_process::WorkerCommand;
use crate::{Error, Event, Scheduling, WorkerId, sys};

impl Primary {
    fn scheduling(&self) -> Scheduling {
        self.builder.scheduling.unwrap_or_default()
    }

    /// Begins to take connections, where the primary does so itself.
    pub(super) fn begin_to_accept(&mut self) -> Result<(), Error> {
        if self.scheduling() == Scheduling::RoundRobin {
            for listener in &self.listeners {
                let watched = listener.socket().try_clone();
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
                    let socket = Some(listener.socket().clone());
                    self.send(id, WorkerCommand::Say(PrimaryMessage::Listen, socket));
                }
            }
        }
    }

    pub(super) fn accepted(&mut self, accepted: Accepted) {
        match accepted {
            Accepted::Connection(connection) => self.hand_over(connection.into()),
            Accepted::Failed(reason) => self.emit(Event::AcceptFailed(reason)),
        }
        // The others of the same burst go in the same messages.
        while self.balancer.has_room() {
            match self.acceptor.try_accept() {
                Some(Accepted::Connection(connection)) => self.hand_over(connection.into()),
                _ => break,
            }
        }
    }

    pub(super) fn hand_over(&mut self, connection: Arc<OwnedFd>) {
        match self.balancer.send(connection.clone()) {
            Ok((id, number)) => self.send(id, WorkerCommand::Connection(number, connection)),
            Err(connection) => self.balancer.requeue(connection),
        }
    }

    /// Takes no connection any more. Those that were accepted have been promised an answer, and, where the queue ends with this process, those in it.
    pub(super) fn stop_accepting(&mut self) {
        let ours = self.listeners.iter().filter(|one| one.is_ours());
        let ours: Vec<_> = ours.map(|one| one.socket().clone()).collect();
        ours.iter().for_each(|one| sys::drop_new_syns(one));
        if self.scheduling() == Scheduling::RoundRobin {
            self.acceptor.stop();
            self.balancer.lift_limits();
            for connection in ours.iter().flat_map(|one| drain_backlog(one)) {
                self.hand_over(connection.into());
            }
            while let Some(connection) = self.balancer.take_requeued() {
                self.hand_over(connection);
            }
            ours.iter().for_each(|one| listener::shutdown(one));
        }
        // Workers that accept themselves empty the queue and shut it.
    }
}
