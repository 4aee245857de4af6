//! The connections that a worker is given, one after the other, and how the worker leaves.
//!
//! The order in which it leaves is what loses no request: no more work, then `Connection: close` with every answer, then a while in which idle connections
//! stay open, since a request may be on its way on one; only then are they closed. Node closes them at once.

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::{Instant, Interval, interval, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::messages::MessageChannels;
use super::tracker::ConnectionTracker;
use crate::Error;
use crate::ipc::acceptor::{self, Accepted, Acceptors};
use crate::ipc::channel::{Channel, Packet};
use crate::ipc::protocol::{PROTOCOL, PrimaryMessage, Settings, WorkerMessage};
use crate::primary::listener;

/// How often the primary hears of a worker that has nothing else to say.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// How long the kernel may take to kill an orphan. It closes the channel of a primary first.
const ORPHANED: Duration = Duration::from_secs(1);

/// The connections of a worker, accepted by the primary or by the worker itself.
pub struct Connections {
    channel: Channel,
    messages: MessageChannels,
    tracker: Arc<ConnectionTracker>,
    settings: Settings,
    /// What accepts, where the worker does so itself, and the listeners.
    acceptors: Acceptors,
    listeners: Vec<OwnedFd>,
    /// Connections that have not been given out yet.
    accepted: VecDeque<Connection>,
    /// What the primary has to hear before a connection is given out. It holds what one turn of the loop adds.
    outbox: VecDeque<WorkerMessage>,
    /// The primary hands connections over, and counts them.
    are_handed_over: bool,
    drain: Option<Drain>,
    has_finished: bool,
    heartbeat: Interval,
    asked_to_leave: Signal,
}

/// When what is over, on the way out.
struct Drain {
    idle_until: Option<Instant>,
    deadline: Instant,
}

impl Connections {
    /// Waits for the settings from the primary.
    pub(super) async fn new(
        channel: OwnedFd,
        mut messages: MessageChannels,
        draining: CancellationToken,
    ) -> Result<Self, Error> {
        messages.forget_untaken();
        let channel = Channel::new(channel).map_err(Error::io("listen to the primary"))?;
        let settings = match channel.receive().await.map_err(Error::Protocol)? {
            Some(Packet {
                message: PrimaryMessage::Start(settings),
                ..
            }) => settings,
            Some(_) => return Err(Error::Protocol(std::io::ErrorKind::InvalidData.into())),
            None => return Err(orphaned().await),
        };
        let asked_to_leave = signal(SignalKind::terminate());
        Ok(Self {
            channel,
            messages,
            tracker: ConnectionTracker::new(settings.max_connections, draining),
            settings,
            acceptors: Acceptors::default(),
            listeners: Vec::new(),
            accepted: VecDeque::new(),
            outbox: VecDeque::from([WorkerMessage::Online { protocol: PROTOCOL }]),
            are_handed_over: false,
            drain: None,
            has_finished: false,
            heartbeat: interval(HEARTBEAT),
            asked_to_leave: asked_to_leave.map_err(Error::io("listen to SIGTERM"))?,
        })
    }

    /// Returns the limits that the primary has set.
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
            // A message is sent whole or not at all; it leaves the queue after that.
            while let Some(message) = self.outbox.front() {
                if self.channel.send(message, &[]).await.is_err() {
                    return Err(orphaned().await);
                }
                self.outbox.pop_front();
            }
            if let Some(connection) = self.accepted.pop_front() {
                return Ok(Some(connection));
            }
            if self.has_finished {
                return Ok(None);
            }
            if self.drain.is_some() && self.tracker.open() == 0 {
                self.finish();
                continue;
            }
            let (idle_until, deadline) = match &self.drain {
                Some(drain) => (drain.idle_until, Some(drain.deadline)),
                None => (None, None),
            };
            tokio::select! {
                packet = receive(&self.channel, &self.messages.incoming) => match packet.map_err(Error::Protocol)? {
                    Some(packet) => self.on_message(packet)?,
                    None => return Err(orphaned().await),
                },
                Some(message) = self.messages.outgoing.recv() => self.outbox.push_back(WorkerMessage::Program(message)),
                _ = self.heartbeat.tick() => {
                    let (counters, failure) = (self.tracker.counters(), self.tracker.take_failure());
                    self.outbox.push_back(WorkerMessage::Heartbeat { counters, failure });
                }
                _ = self.asked_to_leave.recv() => self.outbox.push_back(WorkerMessage::Leaving),
                () = self.tracker.connection_closed() => if self.are_handed_over {
                    self.outbox.push_back(WorkerMessage::Closed { open: self.tracker.open() });
                },
                (accepted, permit) = accept(&mut self.acceptors, &self.tracker), if !self.listeners.is_empty() => match accepted {
                    Accepted::Connection(socket) => self.take(socket, Some(permit)),
                    Accepted::Failed(_) => self.tracker.count_refused(1),
                },
                () = pending_until(idle_until) => {
                    self.tracker.closing.cancel();
                    self.drain.as_mut().into_iter().for_each(|drain| drain.idle_until = None);
                }
                () = pending_until(deadline) => self.finish(),
            }
        }
    }

    fn on_message(&mut self, packet: Packet<PrimaryMessage>) -> Result<(), Error> {
        let Packet {
            message,
            mut descriptors,
        } = packet;
        match message {
            PrimaryMessage::Connections { first, count } => {
                self.accept_handoff(first, count, descriptors);
            }
            PrimaryMessage::Listen => {
                // Without a descriptor left this worker serves less, but goes on.
                if let Some(listener) = descriptors.pop() {
                    let added = self.acceptors.push(&listener);
                    added.map_err(Error::io("watch the listener"))?;
                    self.listeners.push(listener);
                }
            }
            PrimaryMessage::Probe => {
                let probes = descriptors
                    .into_iter()
                    .filter_map(|socket| Connection::new(socket, self.tracker.track_probe()).ok());
                self.accepted.extend(probes);
            }
            PrimaryMessage::Drain {
                idle_grace,
                drain_timeout,
                last,
            } => self.start_draining(idle_grace, drain_timeout, &last),
            // The program may not listen.
            PrimaryMessage::Program(message) => drop(self.messages.incoming.try_send(message)),
            PrimaryMessage::Start(_) => {}
        }
        Ok(())
    }

    /// The primary keeps its copies until it is told, and gives them to another worker if it never is. So nothing may be read before.
    fn accept_handoff(&mut self, first: u64, count: u64, sockets: Vec<OwnedFd>) {
        let taken = sockets.len() as u64;
        let refused = count.saturating_sub(taken);
        self.are_handed_over = true;
        self.tracker.count_refused(refused);
        sockets
            .into_iter()
            .for_each(|socket| self.take(socket, None));
        self.outbox.push_back(WorkerMessage::Taken {
            first,
            taken,
            refused,
            open: self.tracker.open(),
        });
    }

    fn take(&mut self, socket: OwnedFd, permit: Option<OwnedSemaphorePermit>) {
        match Connection::new(socket, self.tracker.track(permit)) {
            Ok(connection) => self.accepted.push_back(connection),
            Err(_) => self.tracker.count_refused(1),
        }
    }

    fn start_draining(&mut self, idle_grace: Duration, drain_timeout: Duration, last: &[bool]) {
        self.acceptors.clear();
        // Where the queue ends with this cluster, what is in it is ours. Otherwise other processes still have it.
        for (listener, _) in std::mem::take(&mut self.listeners)
            .iter()
            .zip(last)
            .filter(|(_, last)| **last)
        {
            acceptor::drain_backlog(listener).for_each(|socket| self.take(socket, None));
            listener::shutdown(listener);
        }
        self.tracker.draining.cancel();
        let idle_until = Instant::now() + idle_grace;
        self.drain.get_or_insert(Drain {
            idle_until: Some(idle_until),
            deadline: idle_until + drain_timeout,
        });
    }

    /// Ends: what is still open is cut.
    fn finish(&mut self) {
        let (forced, counters) = (self.tracker.open(), self.tracker.counters());
        self.outbox
            .push_back(WorkerMessage::Drained { forced, counters });
        self.has_finished = true;
    }
}

/// Waits until the kernel kills this process, which it does when the primary is gone; without a primary, that is an error.
async fn orphaned() -> Error {
    sleep(ORPHANED).await;
    Error::Orphaned
}

/// Waits for a packet. A worker that does not read its messages gets nothing else either, so that the program in the primary waits.
async fn receive(
    channel: &Channel,
    messages: &mpsc::Sender<Value>,
) -> std::io::Result<Option<Packet<PrimaryMessage>>> {
    // An error says that the program wants no messages.
    let _room = messages.reserve().await;
    channel.receive().await
}

async fn accept(
    acceptors: &mut Acceptors,
    tracker: &ConnectionTracker,
) -> (Accepted, OwnedSemaphorePermit) {
    let permit = tracker.room().await;
    (acceptors.accept().await, permit)
}

async fn pending_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
