//! The body of a request, with a limit to its size and to how long it may take. Node: `server.requestTimeout`; a limit of size Node leaves to the program.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use crate::ipc::protocol::Settings;

/// A body of at most this length is read for a service that did not, so that its connection can be kept.
const SHORT: u64 = 64 * 1024;
/// How long the rest of a short one may take: the answer waits for it.
const REST: Duration = Duration::from_secs(1);

/// What a client sends with its request.
pub struct Body {
    incoming: Option<Incoming>,
    left: u64,
    pause: Duration,
    end: Instant,
    /// Set while nothing comes.
    idle_timer: Option<Pin<Box<Sleep>>>,
    fate: Arc<Mutex<Fate>>,
}

/// Why a body was given up. Whatever the service answers then, the client is told this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More bytes than allowed: 413.
    #[error("the body is longer than it may be")]
    TooLong,
    /// Nothing came for too long, or all took too long: 408.
    #[error("the body did not arrive in time")]
    TooSlow,
    /// It is not what it should be, or the client is gone: 400.
    #[error("the body is broken")]
    Broken,
}

/// What became of a body.
enum Fate {
    /// It was read to its end, or still is being read.
    Fine,
    Failed(BodyError),
    /// The service has dropped it; this is the rest.
    Unread(Incoming),
}

/// Where the server sees what became of a body.
pub(super) struct BodyWatch(Arc<Mutex<Fate>>);

impl BodyWatch {
    /// Returns why the body was given up, if it was.
    pub fn failure(&self) -> Option<BodyError> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Fate::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Reads what a service has left of a short body. False if the client may be sending still, so that nothing can follow on its connection.
    pub async fn finish(&self, is_expected_to_ask: bool) -> bool {
        let fate = {
            let mut fate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *fate, Fate::Fine)
        };
        let mut rest = match fate {
            Fate::Fine => return true,
            Fate::Failed(_) => return false,
            Fate::Unread(rest) => rest,
        };
        // A client that waits for `100 Continue` sends nothing before our answer.
        if rest.size_hint().lower() > SHORT || is_expected_to_ask {
            return false;
        }
        let read = async {
            let mut bytes = 0;
            while bytes <= SHORT
                && let Some(Ok(frame)) = rest.frame().await
            {
                bytes += frame.data_ref().map_or(0, Bytes::len) as u64;
            }
            rest.is_end_stream()
        };
        timeout(REST, read).await.unwrap_or(false)
    }
}

impl Body {
    pub(super) fn new(incoming: Incoming, settings: &Settings) -> (Self, BodyWatch) {
        let fate = Arc::new(Mutex::new(Fate::Fine));
        let body = Self {
            incoming: Some(incoming),
            left: settings.body_bytes,
            pause: settings.body_pause,
            end: Instant::now() + settings.body_timeout,
            idle_timer: None,
            fate: fate.clone(),
        };
        (body, BodyWatch(fate))
    }

    fn set(&self, fate: Fate) {
        *self.fate.lock().unwrap_or_else(PoisonError::into_inner) = fate;
    }

    fn fail(&mut self, error: BodyError) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.incoming = None;
        self.set(Fate::Failed(error));
        Poll::Ready(Some(Err(error)))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        let Some(incoming) = &mut this.incoming else {
            return Poll::Ready(None);
        };
        match Pin::new(incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                this.idle_timer = None;
                let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
                match this.left.checked_sub(bytes) {
                    Some(left) => this.left = left,
                    None => return this.fail(BodyError::TooLong),
                }
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(Some(Err(_))) => this.fail(BodyError::Broken),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => {
                let until = (Instant::now() + this.pause).min(this.end);
                let idle_timer = this
                    .idle_timer
                    .get_or_insert_with(|| Box::pin(sleep_until(until)));
                ready!(idle_timer.as_mut().poll(context));
                this.fail(BodyError::TooSlow)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let size_hint = self.incoming.as_ref().map(Incoming::size_hint);
        size_hint.unwrap_or_default()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        if let Some(rest) = self.incoming.take_if(|rest| !rest.is_end_stream()) {
            self.set(Fate::Unread(rest));
        }
    }
}
