//! Connections find their worker: handed over one by one, or accepted from the listeners that each worker is given.

use std::os::fd::OwnedFd;
use std::rc::Rc;

use super::Primary;
use crate::acceptor::{self, Accepted, Acceptor};
use crate::attend::Order;
use crate::listeners;
use crate::message::Down;
use crate::placement::Change;
use crate::{Error, Event, Scheduling};

impl Primary {
    /// Begins to take connections, where the primary does so itself.
    pub(super) fn begin_to_accept(&mut self) -> Result<(), Error> {
        if self.builder.scheduling == Scheduling::RoundRobin {
            let listener = &self.listeners.sockets()[0];
            let acceptor = Acceptor::new(listener).map_err(Error::io("watch the listener"))?;
            self.acceptor = Some(acceptor);
        }
        Ok(())
    }

    pub(super) fn accepted(&mut self, accepted: Accepted) {
        match accepted {
            Accepted::Connection(connection) => self.hand_over(connection.into()),
            Accepted::Failed(reason) => self.emit(Event::AcceptFailed { reason }),
        }
        // The others of the same burst go in the same packets.
        while self.dispatcher.has_room() {
            match self.acceptor.as_mut().and_then(Acceptor::try_accept) {
                Some(Accepted::Connection(connection)) => self.hand_over(connection.into()),
                _ => break,
            }
        }
    }

    pub(super) fn hand_over(&mut self, connection: Rc<OwnedFd>) {
        match self.dispatcher.send(connection.clone()) {
            Ok((id, number)) => self.send(id, Order::Connection(number, connection)),
            Err(connection) => self.dispatcher.give_back(connection),
        }
    }

    /// Nobody can come any more, and whoever is in a queue has been promised an answer.
    pub(super) fn close_doors(&mut self) {
        for listener in self.listeners.sockets() {
            listeners::bar(listener);
        }
        if self.acceptor.take().is_some() {
            let listener = self.listeners.sockets()[0].clone();
            self.dispatcher.hurry();
            for connection in acceptor::queue_of(&listener) {
                self.hand_over(connection.into());
            }
            while let Some(connection) = self.dispatcher.take_returned() {
                self.hand_over(connection);
            }
            listeners::shut(&listener);
        }
        // The others are emptied and shut by those who accept from them.
    }

    /// Tells workers which listeners they are to accept from.
    pub(super) fn place(&mut self) {
        if let Err(error) = self.listeners.grow(self.supervisor.wanted()) {
            // The listeners that there are serve all slots.
            let reason = error.to_string();
            self.emit(Event::AcceptFailed { reason });
        }
        let sockets = self.listeners.sockets().to_vec();
        for change in self.placement.changes(sockets.len()) {
            match change {
                Change::Listen(id, listener) => {
                    let socket = sockets[listener].clone();
                    self.send(id, Order::Say(Down::Listen { listener }, Some(socket)));
                }
                Change::Unlisten(id, listener) => self.order(id, Down::Unlisten { listener }),
            }
        }
    }
}
