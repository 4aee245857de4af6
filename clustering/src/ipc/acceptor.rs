//! Takes connections out of the queue of a listener, and slows down when the system has no descriptors or no memory left.

use std::future::poll_fn;
use std::io;
use std::os::fd::OwnedFd;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use nix::errno::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::{Instant, sleep_until};

use crate::error::strip_os_error;
use crate::sys;

/// How long to wait after the first failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Accepts from several listeners.
#[derive(Default)]
pub struct Acceptor {
    listeners: Vec<AsyncFd<OwnedFd>>,
    /// Where the search for the next connection begins.
    turn: usize,
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
    /// Accepts from one more.
    pub fn push(&mut self, listener: OwnedFd) -> io::Result<()> {
        let listener = sys::watch(listener, Interest::READABLE)?;
        self.listeners.push(listener);
        Ok(())
    }

    /// Accepts no more, and returns the listeners.
    pub fn stop(&mut self) -> Vec<OwnedFd> {
        let listeners = self.listeners.drain(..);
        listeners.map(AsyncFd::into_inner).collect()
    }

    /// Returns the next connection of any of them, or why the system refused.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost.
    pub async fn accept(&mut self) -> Accepted {
        if let Some((_, until)) = self.pause {
            sleep_until(until).await;
        }
        poll_fn(|context| self.poll_accept(context)).await
    }

    /// The next connection if one is there already.
    pub fn try_accept(&mut self) -> Option<Accepted> {
        if self.pause.is_some() {
            return None;
        }
        let mut context = Context::from_waker(Waker::noop());
        match self.poll_accept(&mut context) {
            Poll::Ready(accepted) => Some(accepted),
            Poll::Pending => None,
        }
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) -> Poll<Accepted> {
        let count = self.listeners.len();
        self.turn = self.turn.wrapping_add(1);
        for index in (0..count).map(|step| self.turn.wrapping_add(step) % count) {
            while let Poll::Ready(ready) = self.listeners[index].poll_read_ready(context) {
                let accepted = match ready {
                    Ok(mut ready) => ready.try_io(|listener| sys::accept(listener.get_ref())),
                    // The event loop is ending.
                    Err(error) => return Poll::Ready(self.pause_after(&error)),
                };
                match accepted {
                    Ok(Ok(connection)) => {
                        self.pause = None;
                        return Poll::Ready(Accepted::Connection(connection));
                    }
                    Ok(Err(error)) if is_of_the_system(&error) => {
                        return Poll::Ready(self.pause_after(&error));
                    }
                    // There was nothing, or only a client that has changed its mind.
                    Ok(Err(_)) | Err(_) => {}
                }
            }
        }
        Poll::Pending
    }

    fn pause_after(&mut self, error: &io::Error) -> Accepted {
        let longer = |(pause, _): (Duration, _)| (pause * 2).min(LONGEST_PAUSE);
        let pause = self.pause.map_or(FIRST_PAUSE, longer);
        self.pause = Some((pause, Instant::now() + pause));
        Accepted::Failed(strip_os_error(error))
    }
}

/// All who wait in the queue of `listener`. This asks the system: the event loop may not have heard of the last ones yet.
pub fn drain_backlog(listener: &OwnedFd) -> impl Iterator<Item = OwnedFd> {
    let accepted = std::iter::repeat_with(move || sys::accept(listener));
    // A client that has changed its mind is no end.
    let has_more = |accepted: &io::Result<_>| match accepted {
        Ok(_) => true,
        Err(error) => error.kind() == io::ErrorKind::ConnectionAborted,
    };
    accepted.take_while(has_more).flatten()
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
