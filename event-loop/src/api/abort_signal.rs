//! Giving up: `AbortController` and `AbortSignal`.
//!
//! Rust gives a future up by dropping it. A signal says so from afar, to many at once; [`AbortSignal::guard`] turns it into that drop.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use crate::api::promise::{Promise, Resolver};
use crate::api::timeout::set_timeout;
use crate::callback::{BoxError, CallbackResult, once_callback};
use crate::error::{Error, SharedError};
use crate::event_loop::current;
use crate::trace::Kind;

/// Sends the signal. Node: `AbortController`.
#[derive(Debug, Default)]
pub struct AbortController {
    signal: AbortSignal,
}

/// Tells whether to give up, and why. Node: `AbortSignal`.
#[derive(Clone, Default)]
pub struct AbortSignal(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    reason: Option<SharedError>,
    listeners: Vec<Box<dyn FnOnce() -> Result<(), BoxError>>>,
}

impl AbortController {
    /// A controller whose signal has not been given.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The signal, to be handed to what can be given up.
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        self.signal.clone()
    }

    /// Gives the signal: its listeners are called at once, in order. Only the first call counts.
    pub fn abort(&self, reason: impl Into<BoxError>) {
        self.signal.give(reason.into());
    }
}

impl AbortSignal {
    /// A signal that comes after `delay`. Its timer does not hold the loop.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[must_use]
    #[track_caller]
    pub fn timeout(delay: Duration) -> Self {
        let signal = Self::default();
        let later = signal.clone();
        set_timeout(delay, move || later.give("the operation timed out".into())).unref();
        signal
    }

    /// Whether the signal has been given.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.0.borrow().reason.is_some()
    }

    /// The error for what was given up, with the reason as its cause; nothing while the signal has not been given.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.0.borrow().reason.clone().map(Error::Aborted)
    }

    /// Calls `listener` when the signal is given; never, if it has been already. An error of it is an uncaught error.
    pub fn on_abort<R: CallbackResult>(&self, listener: impl FnOnce() -> R + 'static) {
        let mut state = self.0.borrow_mut();
        if state.reason.is_none() {
            state
                .listeners
                .push(once_callback(Kind::Listener, listener));
        }
    }

    /// Runs `future` until the signal is given; then drops it.
    ///
    /// # Errors
    ///
    /// [`Error::Aborted`] if the signal came first, or had been given before.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use event_loop::*;
    /// run(async {
    ///     let stop = AbortController::new();
    ///     let nap = stop.signal().guard(sleep(Duration::from_secs(60)));
    ///     stop.abort("woken up");
    ///     assert!(matches!(nap.await, Err(Error::Aborted(_))));
    /// });
    /// ```
    pub fn guard<F: Future>(
        &self,
        future: F,
    ) -> impl Future<Output = Result<F::Output, Error>> + use<F> {
        let signal = self.clone();
        let (mut given, resolver) = Promise::<()>::pending();
        signal.on_abort(move || Resolver::resolve(resolver, ()));
        async move {
            if let Some(error) = signal.error() {
                return Err(error);
            }
            let mut future = pin!(future);
            poll_fn(|cx| {
                if let Poll::Ready(output) = future.as_mut().poll(cx) {
                    return Poll::Ready(Ok(output));
                }
                match pin!(&mut given).poll(cx) {
                    Poll::Ready(_) => {
                        Poll::Ready(Err(signal.error().expect("the signal was given")))
                    }
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        }
    }

    fn give(&self, reason: BoxError) {
        let listeners = {
            let mut state = self.0.borrow_mut();
            if state.reason.is_some() {
                return;
            }
            state.reason = Some(reason.into());
            std::mem::take(&mut state.listeners)
        };
        for listener in listeners {
            current().call(listener);
        }
    }
}

impl fmt::Debug for AbortSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AbortSignal(aborted: {})", self.is_aborted())
    }
}
