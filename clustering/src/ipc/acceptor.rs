//! Takes connections out of the queue of a listener, and slows down when the system has no descriptors or no memory left.

use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use futures_util::future::select_all;
use nix::errno::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep_until};

use crate::error::strip_os_error;
use crate::ipc::sys;

/// How long to wait after the first failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A listener to be accepted from.
pub struct Acceptor {
    listener: AsyncFd<OwnedFd>,
    /// How long the last pause was, and when it ends.
    pause: Option<(Duration, Instant)>,
}

/// What came of it.
pub enum Accepted {
    /// A connection.
    Connection(OwnedFd),
    /// The system refused, for this reason; the next `accept` waits a while.
    Failed(String),
}

impl Acceptor {
    /// Accepts from a duplicate of the descriptor.
    pub fn new(listener: &OwnedFd) -> io::Result<Self> {
        let listener = sys::watch(listener.try_clone()?, Interest::READABLE)?;
        Ok(Self {
            listener,
            pause: None,
        })
    }

    /// Returns the next connection, or why the system refused.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost.
    pub async fn accept(&mut self) -> Accepted {
        if let Some((_, until)) = self.pause {
            sleep_until(until).await;
        }
        loop {
            let accepted = self
                .listener
                .async_io(Interest::READABLE, sys::accept)
                .await;
            if let Some(accepted) = self.judge(accepted) {
                return accepted;
            }
        }
    }

    /// The next connection if it is there already.
    pub fn try_accept(&mut self) -> Option<Accepted> {
        if self.pause.is_some() {
            return None;
        }
        let accepted = self.listener.try_io(Interest::READABLE, sys::accept);
        self.judge(accepted)
    }

    /// `None` where there was nothing, or only a client that has changed its mind.
    fn judge(&mut self, accepted: io::Result<OwnedFd>) -> Option<Accepted> {
        match accepted {
            Ok(connection) => {
                self.pause = None;
                Some(Accepted::Connection(connection))
            }
            Err(error) if is_of_the_system(&error) => {
                let longer = |(pause, _): (Duration, _)| (pause * 2).min(LONGEST_PAUSE);
                let pause = self.pause.map_or(FIRST_PAUSE, longer);
                self.pause = Some((pause, Instant::now() + pause));
                Some(Accepted::Failed(strip_os_error(&error)))
            }
            Err(_) => None,
        }
    }
}

/// Accepts from several listeners.
#[derive(Default)]
pub struct Acceptors(Vec<Acceptor>);

impl Acceptors {
    /// Accepts from one more.
    pub fn push(&mut self, listener: &OwnedFd) -> io::Result<()> {
        self.0.push(Acceptor::new(listener)?);
        Ok(())
    }

    /// Returns the next connection of any of them, or why the system refused.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost.
    pub async fn accept(&mut self) -> Accepted {
        // Each is the first one in turn.
        if self.0.len() > 1 {
            self.0.rotate_left(1);
        }
        match &mut self.0[..] {
            [] => pending().await,
            [one] => one.accept().await,
            several => {
                let accepted = several.iter_mut().map(|one| Box::pin(one.accept()));
                select_all(accepted).await.0
            }
        }
    }

    /// The next connection if one is there already.
    pub fn try_accept(&mut self) -> Option<Accepted> {
        self.0.iter_mut().find_map(Acceptor::try_accept)
    }

    /// Accepts no more.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// All who wait in the queue of `listener`. This asks the system: the event loop may not have heard of the last ones yet.
pub fn drain_backlog(listener: &OwnedFd) -> impl Iterator<Item = OwnedFd> {
    std::iter::from_fn(move || {
        loop {
            match sys::accept(listener) {
                Ok(connection) => return Some(connection),
                // This one has changed its mind.
                Err(error) if error.raw_os_error() == Some(Errno::ECONNABORTED as i32) => {}
                Err(_) => return None,
            }
        }
    })
}

/// Whether the system is short of something, or has shut the listener; all else, such as `ECONNABORTED`, is the matter of one connection.
fn is_of_the_system(error: &io::Error) -> bool {
    let errno = error.raw_os_error().map(Errno::from_raw);
    matches!(
        errno,
        Some(
            Errno::EMFILE
                | Errno::ENFILE
                | Errno::ENOBUFS
                | Errno::ENOMEM
                | Errno::EPERM
                | Errno::EINVAL
        )
    )
}
