//! The cluster as its program sees it: built, listened to, run.

use std::net::SocketAddr;
use std::pin::pin;

use futures_util::future::{self, Future, FutureExt};
use futures_util::stream::{self, Stream, StreamExt};
use nix::sys::signal::Signal;
use tokio::sync::broadcast;

use crate::builder::Builder;
use crate::handle::Handle;
use crate::primary::Primary;
use crate::primary::listener::Address;
use crate::supervisor::ShutdownReason;
use crate::{Error, Event};

/// A cluster that listens, and whose workers start with [`Cluster::run`].
pub struct Cluster {
    pub(crate) primary: Primary,
    pub(crate) handle: Handle,
}

/// How a cluster ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub outcome: ShutdownReason,
    /// The signal that asked for it, the last one if there were several.
    pub signal: Option<Signal>,
}

impl Cluster {
    /// A cluster to be described.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Returns the first port that it listens on. Node: `server.address()`.
    ///
    /// # Panics
    ///
    /// If it listens on Unix sockets only: [`Cluster::addresses`] has them.
    pub fn address(&self) -> SocketAddr {
        let port = |address: &Address| match address {
            Address::Tcp(address) => Some(*address),
            Address::Unix(_) => None,
        };
        let mut ports = self.addresses().filter_map(port);
        ports.next().expect("the cluster listens on a port")
    }

    /// Returns everywhere it listens.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.primary.listeners.iter().map(|one| &one.address)
    }

    /// How many workers there will be.
    pub fn workers(&self) -> usize {
        self.primary.wanted()
    }

    /// Speaks to the cluster while it runs.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// All that happens from now on; it ends with the cluster. Node: `cluster.on(...)`.
    pub fn events(&self) -> impl Stream<Item = Event> + Send + Unpin + use<> {
        let next = |mut events: broadcast::Receiver<Event>| async {
            match events.recv().await {
                Ok(event) => Some((event, events)),
                Err(broadcast::error::RecvError::Lagged(count)) => {
                    Some((Event::Lagged(count), events))
                }
                Err(broadcast::error::RecvError::Closed) => None,
            }
        };
        Box::pin(stream::unfold(self.primary.events.subscribe(), next))
    }

    /// Returns those of the events from now on that `pick` takes, as `cluster.on('exit')` does in Node.
    ///
    /// # Examples
    ///
    /// ```
    /// # use clustering::{Cluster, Event};
    /// let cluster = Cluster::builder().listen("127.0.0.1:0").build()?;
    /// let mut listening = cluster.on(Event::listening);
    /// let mut exits = cluster.on(Event::exit);
    /// # Ok::<(), clustering::Error>(())
    /// ```
    pub fn on<T, F>(&self, pick: F) -> impl Stream<Item = T> + Unpin + use<T, F>
    where
        F: Fn(Event) -> Option<T>,
    {
        Box::pin(
            self.events()
                .filter_map(move |event| future::ready(pick(event))),
        )
    }

    /// Runs the cluster while `work` goes on, then lets its workers finish, and returns what `work` returned.
    ///
    /// # Errors
    ///
    /// As [`Cluster::run`], and [`Error::Ended`] if the cluster ends before.
    pub async fn run_until<T>(self, work: impl Future<Output = T>) -> Result<T, Error> {
        let handle = self.handle();
        let (mut running, mut work) = (pin!(self.run()), pin!(work));
        tokio::select! {
            biased;
            done = &mut work => {
                handle.shutdown();
                running.await?;
                Ok(done)
            }
            ended = &mut running => {
                ended?;
                // What it was waiting for may have been the last event.
                work.now_or_never().ok_or(Error::Ended)
            }
        }
    }

    /// Starts the workers and keeps them, until the cluster was shut down and all are gone. Dropping the future kills them.
    ///
    /// It belongs on a thread that lives as long as the process, the main thread best: workers ask the kernel to be killed when the thread that
    /// started them ends.
    ///
    /// # Errors
    ///
    /// [`Error::CrashLoop`] if no worker has ever been ready, [`Error::Io`] if the listener cannot be waited for.
    pub async fn run(self) -> Result<Ended, Error> {
        self.primary.run().await
    }
}
