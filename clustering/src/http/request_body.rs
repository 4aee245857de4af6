//! The body of a request, with a limit to its size and to how long it may take. Node: `server.requestTimeout`; a limit of size Node leaves to the program.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::StatusCode;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use crate::ipc::protocol::Settings;

/// A body of at most this length is read for a service that did not, so that its connection can be kept.
const SHORT: usize = 64 * 1024;
/// How long the rest of a short one may take: the answer waits for it.
const REST: Duration = Duration::from_secs(1);

/// What a client sends with its request.
pub struct Body {
    /// The server looks at it when the service has answered.
    shared: Arc<Mutex<Shared>>,
    left: u64,
    pause: Duration,
    end: Instant,
    /// Set while nothing comes.
    idle_timer: Option<Pin<Box<Sleep>>>,
}

struct Shared {
    incoming: Incoming,
    failure: Option<BodyError>,
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

impl BodyError {
    /// Returns what the client is told.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Where the server sees what became of a body.
pub(super) struct BodyWatch(Arc<Mutex<Shared>>);

impl BodyWatch {
    /// Returns why the body was given up, if it was.
    pub fn failure(&self) -> Option<BodyError> {
        lock(&self.0).failure
    }

    /// Reads what a service has left of a short body. False if the client may be sending still, so that nothing can follow on its connection.
    pub async fn finish(self, is_expected_to_ask: bool) -> bool {
        let Some(shared) = Arc::into_inner(self.0) else {
            // It is still being read.
            return true;
        };
        let Shared { incoming, failure } =
            shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        if failure.is_none() && incoming.is_end_stream() {
            return true;
        }
        // A client that waits for `100 Continue` sends nothing before our answer.
        if failure.is_some() || is_expected_to_ask || incoming.size_hint().lower() > SHORT as u64 {
            return false;
        }
        let rest = Limited::new(incoming, SHORT).collect();
        timeout(REST, rest).await.is_ok_and(|read| read.is_ok())
    }
}

impl Body {
    pub(super) fn new(incoming: Incoming, settings: &Settings) -> (Self, BodyWatch) {
        let failure = None;
        let shared = Arc::new(Mutex::new(Shared { incoming, failure }));
        let body = Self {
            shared: shared.clone(),
            left: settings.body_bytes,
            pause: settings.body_pause,
            end: Instant::now() + settings.body_timeout,
            idle_timer: None,
        };
        (body, BodyWatch(shared))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let polled = Pin::new(&mut lock(&self.shared).incoming).poll_frame(context);
        if polled.is_pending() {
            let until = (Instant::now() + self.pause).min(self.end);
            let timer = self
                .idle_timer
                .get_or_insert_with(|| Box::pin(sleep_until(until)));
            ready!(timer.as_mut().poll(context));
            return Poll::Ready(Some(Err(BodyError::TooSlow)));
        }
        self.idle_timer = None;
        polled.map_err(|_| BodyError::Broken)
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if lock(&self.shared).failure.is_some() {
            return Poll::Ready(None);
        }
        let mut polled = ready!(self.poll(context));
        if let Some(Ok(frame)) = &polled {
            let bytes = frame.data_ref().map_or(0, Bytes::len) as u64;
            match self.left.checked_sub(bytes) {
                Some(left) => self.left = left,
                None => polled = Some(Err(BodyError::TooLong)),
            }
        }
        if let Some(Err(error)) = &polled {
            lock(&self.shared).failure = Some(*error);
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        let shared = lock(&self.shared);
        shared.failure.is_some() || shared.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let shared = lock(&self.shared);
        match shared.failure {
            Some(_) => SizeHint::default(),
            None => shared.incoming.size_hint(),
        }
    }
}
