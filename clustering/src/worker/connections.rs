//! The connections that a worker is given, one after the other, and how the worker leaves.
//!
//! The order in which it leaves is what loses no request: no more work, then `Connection: close` with every answer, then a while in which idle connections
//! stay open, since a request may be on its way on one; only then are they closed. Node closes them at once.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::OptionFuture;
use serde_json::Value;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, interval, sleep, sleep_until};

use super::Worker;
use super::connection::Connection;
use super::tracker::ConnectionTracker;
use crate::Error;
use crate::ipc::acceptor::{Accepted, Acceptor, drain_backlog};
use crate::ipc::channel::{Channel, Received};
use crate::ipc::protocol::{PROTOCOL, PrimaryMessage, Settings, WorkerMessage};
use crate::primary::listener;

/// How often the primary hears of a worker that has nothing else to say.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How long the kernel may take to kill an orphan. It closes the channel of a primary first.
const ORPHANED: Duration = Duration::from_secs(1);

/// The connections of a worker, accepted by the primary or by the worker itself.
pub struct Connections {
    channel: Channel,
    outgoing: mpsc::Receiver<Value>,
    incoming: Option<mpsc::Sender<Value>>,
    tracker: Arc<ConnectionTracker>,
    settings: Settings,
    /// Where the worker accepts itself.
    acceptor: Acceptor,
    /// Connections that have not been given out yet.
    accepted: VecDeque<Connection>,
    /// The primary hands connections over, and counts them.
    are_handed_over: bool,
    /// Until when idle connections stay open on the way out, and all others.
    idle_until: Option<Instant>,
    deadline: Option<Instant>,
    has_finished: bool,
    heartbeat: Interval,
    asked_to_leave: Signal,
}

impl Connections {
    /// Waits for the settings from the primary.
    pub(super) async fn new(worker: Worker) -> Result<Self, Error> {
        let channel = Channel::new(worker.channel).map_err(Error::io("listen to the primary"))?;
        let first = channel.receive().await.map_err(Error::Protocol)?;
        let settings = match first.map(|first| first.message) {
            Some(PrimaryMessage::Start(settings)) => *settings,
            Some(_) => return Err(Error::Protocol(std::io::ErrorKind::InvalidData.into())),
            None => return Err(orphaned().await),
        };
        let asked_to_leave = signal(SignalKind::terminate());
        let protocol = PROTOCOL;
        channel.push(&WorkerMessage::Online { protocol }, Vec::new());
        Ok(Self {
            channel,
            outgoing: worker.outgoing,
            incoming: worker.incoming,
            tracker: worker.tracker,
            settings,
            acceptor: Acceptor::default(),
            accepted: VecDeque::new(),
            are_handed_over: false,
            idle_until: None,
            deadline: None,
            has_finished: false,
            heartbeat: interval(HEARTBEAT),
            asked_to_leave: asked_to_leave.map_err(Error::io("listen to SIGTERM"))?,
        })
    }

    /// Returns the times and limits that the primary has set.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Waits for the next connection. `None` when the primary wants no more of this worker, and every connection that it gave out was dropped or took
    /// too long: then the process should end.
    ///
    /// Everything between primary and worker happens here: a worker that does not come back to it counts as hung.
    ///
    /// # Errors
    ///
    /// [`Error::Orphaned`] if the primary is gone, [`Error::Protocol`] if it is of another version.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost.
    pub async fn accept(&mut self) -> Result<Option<Connection>, Error> {
        loop {
            // What the primary has to hear before a connection is given out.
            if self.channel.flush().await.is_err() {
                return Err(orphaned().await);
            }
            if let Some(connection) = self.accepted.pop_front() {
                return Ok(Some(connection));
            }
            if self.has_finished {
                return Ok(None);
            }
            if self.deadline.is_some() && self.tracker.open() == 0 {
                self.finish();
                continue;
            }
            tokio::select! {
                received = receive(&self.channel, self.incoming.as_ref()) => match received.map_err(Error::Protocol)? {
                    Some(received) => self.on_message(received)?,
                    None => return Err(orphaned().await),
                },
                Some(message) = self.outgoing.recv() => self.send(&WorkerMessage::Program(message)),
                _ = self.heartbeat.tick() => {
                    let (counters, failure) = {
                        let mut counted = self.tracker.counted();
                        (counted.counters, counted.failure.take())
                    };
                    self.send(&WorkerMessage::Heartbeat { counters, failure });
                }
                _ = self.asked_to_leave.recv() => self.send(&WorkerMessage::Leaving),
                () = self.tracker.connection_closed() => if self.are_handed_over {
                    self.send(&WorkerMessage::Closed { open: self.tracker.open() });
                },
                // The primary limits the connections that it hands over, a worker those that it accepts.
                accepted = self.acceptor.accept(), if self.tracker.open() < self.settings.max_connections => match accepted {
                    Accepted::Connection(socket) => self.take(socket),
                    Accepted::Failed(_) => self.count_refused(1),
                },
                Some(()) = OptionFuture::from(self.idle_until.map(sleep_until)) => {
                    self.tracker.closing.cancel();
                    self.idle_until = None;
                }
                Some(()) = OptionFuture::from(self.deadline.map(sleep_until)) => self.finish(),
            }
        }
    }

    fn send(&self, message: &WorkerMessage) {
        self.channel.push(message, Vec::new());
    }

    fn on_message(&mut self, received: Received<PrimaryMessage>) -> Result<(), Error> {
        let mut sockets = received.descriptors.into_iter();
        match received.message {
            PrimaryMessage::Connections { first, count } => {
                // The primary keeps its copies until it is told, and gives them to another worker if it never is. So nothing may be read before.
                let taken = sockets.len() as u64;
                let refused = count.saturating_sub(taken);
                self.are_handed_over = true;
                self.count_refused(refused);
                sockets.for_each(|socket| self.take(socket));
                let open = self.tracker.open();
                self.send(&WorkerMessage::Taken {
                    first,
                    taken,
                    refused,
                    open,
                });
            }
            // Without a descriptor left this worker serves less, but goes on.
            PrimaryMessage::Listen => sockets.try_for_each(|listener| {
                let added = self.acceptor.push(listener);
                added.map_err(Error::io("watch the listener"))
            })?,
            PrimaryMessage::Probe => self.accepted.extend(sockets.filter_map(|socket| {
                let probe = self.tracker.track_probe();
                Connection::new(socket, probe).ok()
            })),
            PrimaryMessage::Drain { last } => self.start_draining(&last),
            PrimaryMessage::Program(message) => {
                let incoming = self.incoming.as_ref();
                // The program may not listen.
                let _ = incoming.map(|incoming| incoming.try_send(message));
            }
            PrimaryMessage::Start(_) => {}
        }
        Ok(())
    }

    fn take(&mut self, socket: OwnedFd) {
        match Connection::new(socket, self.tracker.track()) {
            Ok(connection) => self.accepted.push_back(connection),
            Err(_) => self.count_refused(1),
        }
    }

    fn count_refused(&self, refused: u64) {
        self.tracker.counted().counters.accept_errors += refused;
    }

    fn start_draining(&mut self, last: &[bool]) {
        // Where the queue ends with this cluster, what is in it is ours. Otherwise other processes still have it.
        let listeners = self.acceptor.stop().into_iter().zip(last);
        for (listener, _) in listeners.filter(|(_, last)| **last) {
            drain_backlog(&listener).for_each(|socket| self.take(socket));
            listener::shutdown(&listener);
        }
        self.tracker.draining.cancel();
        let idle_until = Instant::now() + self.settings.idle_grace;
        self.idle_until = Some(idle_until);
        self.deadline = Some(idle_until + self.settings.drain_timeout);
    }

    /// Ends: what is still open is cut.
    fn finish(&mut self) {
        let counters = self.tracker.counted().counters;
        let forced = counters.open;
        self.send(&WorkerMessage::Drained { forced, counters });
        self.has_finished = true;
    }
}

/// Waits until the kernel kills this process, which it does when the primary is gone; without a primary, that is an error.
async fn orphaned() -> Error {
    sleep(ORPHANED).await;
    Error::Orphaned
}

/// Waits for a message. A worker that does not read its messages gets nothing else either, so that the program in the primary waits.
async fn receive(
    channel: &Channel,
    messages: Option<&mpsc::Sender<Value>>,
) -> std::io::Result<Option<Received<PrimaryMessage>>> {
    // An error says that the program wants no more messages.
    let _room = OptionFuture::from(messages.map(mpsc::Sender::reserve)).await;
    channel.receive().await
}
