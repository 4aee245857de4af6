//! The main loop of a worker, and how it leaves.
//!
//! The order in which it leaves is what loses no request: no more work, then `Connection: close` with every answer, then a while in which idle connections
//! stay open, since a request may be on its way on one; only then are they closed. Node closes them at once.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Body as HttpBody;
use hyper::service::Service;
use hyper::{Request, Response};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{Instant, interval, sleep_until};

use super::BoxError;
use super::messages::Ends;
use crate::acceptor::{self, Accepted, Acceptor};
use crate::control::{Control, Packet};
use crate::hall::{Guest, Hall};
use crate::message::{Down, PROTOCOL, Settings, Up};
use crate::{Body, Error, connection, listeners};

/// How often the primary hears of a worker that has nothing else to say.
const BEAT: Duration = Duration::from_secs(1);

/// Serves until the primary says that it is enough.
pub async fn run<S, B>(channel: OwnedFd, mut messages: Ends, service: S) -> Result<(), Error>
where
    S: Service<Request<Body>, Response = Response<B>> + 'static,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes> + 'static,
    B::Error: Into<BoxError>,
{
    messages.forget_untaken();
    let control = Control::new(channel).map_err(Error::io("listen to the primary"))?;
    let settings = match control.receive().await.map_err(Error::Protocol)? {
        Some(Packet {
            message: Down::Start(settings),
            ..
        }) => settings,
        Some(_) => return Err(Error::Protocol(std::io::ErrorKind::InvalidData.into())),
        None => return Err(Error::Orphaned),
    };
    let hall = Rc::new(Hall::new(settings.max_connections));
    let runner = Runner {
        welcome: welcome(&hall, settings, service),
        control,
        messages,
        hall,
        listeners: BTreeMap::new(),
        leaving: None,
        alone: false,
    };
    runner.run().await
}

/// What is done with a connection, without the type of the service.
type Welcome = Rc<dyn Fn(OwnedFd, Guest)>;

fn welcome<S, B>(hall: &Rc<Hall>, settings: Settings, service: S) -> Welcome
where
    S: Service<Request<Body>, Response = Response<B>> + 'static,
    S::Error: Into<BoxError>,
    B: HttpBody<Data = Bytes> + 'static,
    B::Error: Into<BoxError>,
{
    let server = Rc::new(connection::Server::new(hall.clone(), settings, service));
    Rc::new(move |socket, guest| {
        let server = server.clone();
        spawn_local(async move { server.serve(socket, guest).await });
    })
}

struct Runner {
    control: Control,
    messages: Ends,
    hall: Rc<Hall>,
    welcome: Welcome,
    /// The tasks that accept, by the number of their listener.
    listeners: BTreeMap<usize, (Rc<OwnedFd>, JoinHandle<()>)>,
    leaving: Option<Leaving>,
    /// The primary has become another program, which does not know of us.
    alone: bool,
}

/// When what is over, on the way out.
struct Leaving {
    linger: Instant,
    deadline: Instant,
}

impl Runner {
    async fn run(mut self) -> Result<(), Error> {
        let mut asked_to_go =
            signal(SignalKind::terminate()).map_err(Error::io("listen to SIGTERM"))?;
        let mut beat = interval(BEAT);
        self.say(&Up::Online { protocol: PROTOCOL }).await?;
        loop {
            tokio::select! {
                packet = self.control.receive(), if !self.alone => match packet.map_err(Error::Protocol)? {
                    Some(packet) => self.told(packet).await?,
                    None => return Err(Error::Orphaned),
                },
                Some(message) = self.messages.outgoing.recv() => self.say(&Up::Program(message)).await?,
                _ = beat.tick() => self.say(&Up::Beat(self.hall.counters())).await?,
                _ = asked_to_go.recv() => self.say(&Up::Leaving).await?,
                () = self.hall.somebody_left() => {
                    self.hall.told_who_left();
                    if self.hall.takes_handed_ones() {
                        let open = self.hall.open();
                        self.say(&Up::Closed { open }).await?;
                    }
                }
                () = pending_until(self.leaving.as_ref().map(|leaving| leaving.linger)) => {
                    self.hall.close_idle();
                    self.forget_linger();
                }
                () = pending_until(self.leaving.as_ref().map(|leaving| leaving.deadline)) => {
                    return self.leave().await;
                }
            }
            if self.leaving.is_some() && self.hall.open() == 0 {
                return self.leave().await;
            }
        }
    }

    async fn told(&mut self, packet: Packet<Down>) -> Result<(), Error> {
        let Packet {
            message,
            mut descriptors,
        } = packet;
        match message {
            Down::Connections { first, count } => self.take(first, count, descriptors).await?,
            Down::Listen { listener } => {
                // Without a descriptor left this worker serves less, but goes on.
                if let Some(socket) = descriptors.pop() {
                    self.listen(listener, socket)?;
                }
            }
            Down::Unlisten { listener } => {
                if let Some((_, task)) = self.listeners.remove(&listener) {
                    task.abort();
                }
            }
            Down::Probe => {
                // A Unix socket, for which the same system calls do the same.
                descriptors
                    .into_iter()
                    .for_each(|socket| (self.welcome)(socket, self.hall.enter_probe()));
            }
            Down::Drain {
                linger,
                deadline,
                last,
                alone,
            } => {
                self.drain(linger, deadline, last);
                if alone {
                    self.say(&Up::Alone).await?;
                    self.alone = true;
                }
            }
            // Somebody may be interested.
            Down::Program(message) => drop(self.messages.incoming.send(message)),
            Down::Start(_) => {}
        }
        Ok(())
    }

    /// The primary keeps its copies until it is told, and gives them to somebody else if it never is. So nothing may be read before.
    async fn take(&mut self, first: u64, count: u64, sockets: Vec<OwnedFd>) -> Result<(), Error> {
        let taken = sockets.len() as u64;
        self.hall.takes_handed_ones_from_now_on();
        let open = self.hall.open() + taken;
        let refused = count.saturating_sub(taken);
        self.hall.count_refused(refused);
        self.say(&Up::Taken {
            first,
            taken,
            refused,
            open,
        })
        .await?;
        sockets
            .into_iter()
            .for_each(|socket| (self.welcome)(socket, self.hall.enter()));
        Ok(())
    }

    fn listen(&mut self, number: usize, socket: OwnedFd) -> Result<(), Error> {
        let mut acceptor = Acceptor::new(&socket).map_err(Error::io("watch the listener"))?;
        let (hall, welcome) = (self.hall.clone(), self.welcome.clone());
        // It can be stopped where it waits: what it has accepted is served.
        let task = spawn_local(async move {
            loop {
                hall.room().await;
                match acceptor.accept().await {
                    Accepted::Connection(connection) => welcome(connection, hall.enter()),
                    Accepted::Failed(_) => hall.count_refused(1),
                }
            }
        });
        self.listeners.insert(number, (Rc::new(socket), task));
        Ok(())
    }

    fn drain(&mut self, linger: Duration, deadline: Duration, last: bool) {
        for (socket, task) in std::mem::take(&mut self.listeners).into_values() {
            task.abort();
            // Where nobody comes after us, whoever is in the queue is ours. The others have the queue still.
            if last {
                let queue = acceptor::queue_of(&socket);
                queue.for_each(|connection| (self.welcome)(connection, self.hall.enter()));
                listeners::shut(&socket);
            }
        }
        self.hall.close_after_answers();
        let now = Instant::now();
        self.leaving.get_or_insert(Leaving {
            linger: now + linger,
            deadline: now + linger + deadline,
        });
    }

    /// What is still open is cut.
    async fn leave(&mut self) -> Result<(), Error> {
        let (forced, counters) = (self.hall.open(), self.hall.counters());
        self.say(&Up::Drained { forced, counters }).await
    }

    fn forget_linger(&mut self) {
        if let Some(leaving) = &mut self.leaving {
            leaving.linger = leaving.deadline;
        }
    }

    async fn say(&self, up: &Up) -> Result<(), Error> {
        if self.alone {
            return Ok(());
        }
        // There is nobody else to speak to.
        self.control
            .send(up, &[])
            .await
            .map_err(|_| Error::Orphaned)
    }
}

async fn pending_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
