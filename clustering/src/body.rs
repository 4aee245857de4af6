//! The body of a request, with a limit to its size and to how long it may take. Node: `server.requestTimeout`; a limit of size Node leaves to the program.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::message::Settings;

/// What a client sends with its request.
pub struct Body {
    incoming: Incoming,
    left: u64,
    pause: Duration,
    end: Instant,
    /// Set while nothing comes.
    patience: Option<Pin<Box<Sleep>>>,
    broken: Broken,
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

/// Where the server sees what became of a body.
#[derive(Clone, Default)]
pub(crate) struct Broken(Arc<AtomicU8>);

const ERRORS: [BodyError; 3] = [BodyError::TooLong, BodyError::TooSlow, BodyError::Broken];

impl Broken {
    pub fn get(&self) -> Option<BodyError> {
        let index = usize::from(self.0.load(Ordering::Relaxed));
        ERRORS.get(index.checked_sub(1)?).copied()
    }

    fn set(&self, error: BodyError) {
        let index = ERRORS.iter().position(|one| *one == error).unwrap_or(2);
        let number = u8::try_from(index + 1).expect("there are three");
        self.0.store(number, Ordering::Relaxed);
    }
}

impl Body {
    pub(crate) fn new(incoming: Incoming, settings: &Settings) -> (Self, Broken) {
        let broken = Broken::default();
        let body = Self {
            incoming,
            left: settings.body_bytes,
            pause: settings.body_pause,
            end: Instant::now() + settings.body_timeout,
            patience: None,
            broken: broken.clone(),
        };
        (body, broken)
    }

    fn fail(&self, error: BodyError) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        self.broken.set(error);
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
        match Pin::new(&mut this.incoming).poll_frame(context) {
            Poll::Ready(Some(Ok(frame))) => {
                this.patience = None;
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
                let patience = this
                    .patience
                    .get_or_insert_with(|| Box::pin(sleep_until(until)));
                ready!(patience.as_mut().poll(context));
                this.fail(BodyError::TooSlow)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
