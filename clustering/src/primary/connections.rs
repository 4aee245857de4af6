//! Connections find their worker: handed over one by one, or accepted by the workers themselves.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use super::{Primary, listener};
use crate::ipc::acceptor::{self, Accepted, Acceptor};
use crate::ipc::protocol::PrimaryMessage;
use crate::primary::worker_process::WorkerCommand;
use crate::{Error, Event, Scheduling, WorkerId};

impl Primary {
    /// Begins to take connections, where the primary does so itself.
    pub(super) fn begin_to_accept(&mut self) -> Result<(), Error> {
        if self.builder.scheduling == Scheduling::RoundRobin {
            let acceptor = Acceptor::new(self.listener.socket());
            self.acceptor = Some(acceptor.map_err(Error::io("watch the listener"))?);
        }
        Ok(())
    }

    /// Lets a worker that is ready have connections.
    pub(super) fn give_connections_to(&mut self, id: WorkerId) {
        match self.builder.scheduling {
            Scheduling::RoundRobin => self.balancer.add(id),
            Scheduling::Shared => {
                let listener = self.listener.socket().clone();
                self.send(
                    id,
                    WorkerCommand::Say(PrimaryMessage::Listen, Some(listener)),
                );
            }
        }
    }

    pub(super) fn accepted(&mut self, accepted: Accepted) {
        match accepted {
            Accepted::Connection(connection) => self.hand_over(connection.into()),
            Accepted::Failed(reason) => self.emit(Event::AcceptFailed { reason }),
        }
        // The others of the same burst go in the same packets.
        while self.balancer.has_room() {
            match self.acceptor.as_mut().and_then(Acceptor::try_accept) {
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
        let is_last = self.listener.is_ours();
        if is_last {
            listener::drop_new_syns(self.listener.socket());
        }
        if self.acceptor.take().is_some() {
            self.balancer.lift_limits();
            if is_last {
                for connection in acceptor::drain_backlog(&self.listener.socket().clone()) {
                    self.hand_over(connection.into());
                }
            }
            while let Some(connection) = self.balancer.take_requeued() {
                self.hand_over(connection);
            }
            if is_last {
                listener::shutdown(self.listener.socket());
            }
        }
        // Workers that accept themselves empty the queue and shut it.
    }
}
