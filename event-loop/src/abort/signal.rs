//! Giving up: `AbortSignal`.
//!
//! Rust gives a future up by dropping it. A signal says so from afar, to many at once; [`AbortSignal::guard`] turns it into that drop.

use std::any::Any;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::mem::take;
use std::pin::pin;
use std::rc::{Rc, Weak};
use std::task::Poll;
use std::time::Duration;

use crate::api::promise::Promise;
use crate::api::timeout::{Timeout, set_timeout};
use crate::callback::{BoxError, CallbackResult, OnceCallback, catch_panic};
use crate::error::{Error, SharedError};
use crate::phases::microtasks::next_tick;

/// Tells whether to give up, and why. Node: `AbortSignal`.
#[derive(Clone, Default)]
pub struct AbortSignal(Rc<Inner>);

#[derive(Default)]
struct Inner {
    state: RefCell<State>,
    /// What has its giver, to be withdrawn with the last handle: a timer, or what listens to other signals.
    source: OnceCell<Box<dyn Any>>,
}

#[derive(Default)]
struct State {
    reason: Option<SharedError>,
    /// By number, which is their order. Each keeps the signal, even if no handle of it is left.
    listeners: BTreeMap<u64, OnceCallback>,
    next: u64,
}

/// The right to give a signal, of which there is one.
#[derive(Debug)]
pub struct Giver(Weak<Inner>);

/// A listener of [`AbortSignal::on_abort`]. Dropping it changes nothing: the listener stays.
#[derive(Debug)]
pub struct AbortListener {
    signal: AbortSignal,
    number: u64,
}

impl AbortSignal {
    /// Returns a signal that has been given. Node: `AbortSignal.abort(reason)`.
    #[must_use]
    pub fn aborted(reason: impl Into<BoxError>) -> Self {
        Self::given(reason.into().into())
    }

    fn given(reason: SharedError) -> Self {
        let signal = Self::default();
        signal.0.state.borrow_mut().reason = Some(reason);
        signal
    }

    /// Returns a signal that comes after `delay`. Its timer does not hold the loop, and goes when the signal is dropped.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[must_use]
    #[track_caller]
    pub fn timeout(delay: Duration) -> Self {
        let signal = Self::default();
        let giver = signal.giver();
        let reason = "The operation was aborted due to timeout";
        let timer = set_timeout(delay, move || giver.give(BoxError::from(reason).into()));
        timer.unref();
        signal.with_source(ClearOnDrop(timer))
    }

    /// Returns a signal that comes with the first of `signals`. Node: `AbortSignal.any`.
    #[must_use]
    pub fn any(signals: impl IntoIterator<Item = Self>) -> Self {
        let signals: Vec<_> = signals.into_iter().collect();
        if let Some(reason) = signals.iter().find_map(Self::reason) {
            return Self::given(reason);
        }
        let any = Self::default();
        let giver = Rc::new(any.giver());
        let listen = |signal: Self| {
            let (giver, given) = (Rc::clone(&giver), signal.clone());
            Listening(signal.on_abort(move || {
                giver.give(given.reason().expect("the signal was given"));
            }))
        };
        any.with_source(signals.into_iter().map(listen).collect::<Vec<_>>())
    }

    pub(crate) fn giver(&self) -> Giver {
        Giver(Rc::downgrade(&self.0))
    }

    fn with_source(self, source: impl Any) -> Self {
        let _ = self.0.source.set(Box::new(source));
        self
    }

    /// Whether the signal has been given.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.0.state.borrow().reason.is_some()
    }

    /// Returns the error for what was given up, with the reason as its cause; nothing while the signal has not been given.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.reason().map(Error::Aborted)
    }

    fn reason(&self) -> Option<SharedError> {
        self.0.state.borrow().reason.clone()
    }

    /// Returns the error, if the signal has been given. Node: `signal.throwIfAborted()`.
    ///
    /// # Errors
    ///
    /// [`Error::Aborted`].
    pub fn throw_if_aborted(&self) -> Result<(), Error> {
        self.error().map_or(Ok(()), Err)
    }

    /// Calls `listener` when the signal is given; never, if it has been already. An error of it is an uncaught error, reported in a tick.
    pub fn on_abort<R: CallbackResult>(
        &self,
        listener: impl FnOnce() -> R + 'static,
    ) -> AbortListener {
        let kept = self.clone();
        let listener = Box::new(move || {
            let _kept = kept;
            listener().into_callback_result().map(drop)
        });
        let mut state = self.0.state.borrow_mut();
        let number = state.next;
        state.next += 1;
        if state.reason.is_none() {
            state.listeners.insert(number, listener);
        }
        let signal = self.clone();
        AbortListener { signal, number }
    }

    /// Runs `future` until the signal is given; then drops it. A signal that was given before costs a turn, as a rejected promise does.
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
    /// # use event_loop::println;
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
        let (mut given, resolver) = Promise::pending();
        let was_given = self.is_aborted();
        let mut listening = None;
        if was_given {
            resolver.resolve(());
        } else {
            listening = Some(Listening(self.on_abort(move || resolver.resolve(()))));
        }
        let signal = self.clone();
        async move {
            let _listening = listening;
            let mut future = pin!(future);
            poll_fn(|cx| {
                if !was_given && let Poll::Ready(output) = future.as_mut().poll(cx) {
                    return Poll::Ready(Ok(output));
                }
                let given = pin!(&mut given).poll(cx);
                given.map(|_| Err(signal.error().expect("the signal was given")))
            })
            .await
        }
    }
}

impl Giver {
    #[track_caller]
    pub fn give(&self, reason: SharedError) {
        let Some(signal) = self.0.upgrade() else {
            return;
        };
        let listeners = {
            let mut state = signal.state.borrow_mut();
            if state.reason.is_some() {
                return;
            }
            state.reason = Some(reason);
            take(&mut state.listeners)
        };
        for listener in listeners.into_values() {
            if let Err(error) = catch_panic(listener) {
                // As Node reports it: not in the middle of the code that gives the signal.
                next_tick(move || Err::<(), _>(error));
            }
        }
    }
}

impl Drop for Giver {
    /// Nothing can give the signal any more, so its listeners are dropped.
    fn drop(&mut self) {
        if let Some(signal) = self.0.upgrade() {
            let listeners = take(&mut signal.state.borrow_mut().listeners);
            drop(listeners);
        }
    }
}

impl AbortListener {
    /// Removes it. Node: `signal.removeEventListener`.
    pub fn remove(self) {
        drop(Listening(self));
    }
}

/// Clears its timer when it is dropped.
struct ClearOnDrop(Timeout);

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        self.0.clear();
    }
}

/// Removes its listener when it is dropped.
struct Listening(AbortListener);

impl Drop for Listening {
    fn drop(&mut self) {
        let AbortListener { signal, number } = &self.0;
        let listener = signal.0.state.borrow_mut().listeners.remove(number);
        drop(listener);
    }
}

impl fmt::Debug for AbortSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AbortSignal(aborted: {})", self.is_aborted())
    }
}
