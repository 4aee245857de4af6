//! Giving up: `AbortController` and `AbortSignal`.
//!
//! Rust gives a future up by dropping it. A signal says so from afar, to many at once; [`AbortSignal::guard`] turns it into that drop.

use std::cell::RefCell;
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
use crate::callback::{
    BoxError, CallbackResult, OnceCallback, SpanKind, catch_panic, once_callback,
};
use crate::error::{Error, SharedError};
use crate::event_loop::schedule;

/// Sends the signal. Node: `AbortController`.
#[derive(Debug, Default)]
pub struct AbortController {
    signal: AbortSignal,
}

/// Tells whether to give up, and why. Node: `AbortSignal`.
#[derive(Clone, Default)]
pub struct AbortSignal(Rc<Inner>);

#[derive(Default)]
struct Inner {
    state: RefCell<State>,
    /// What gives the signal, unless that is a controller.
    source: Source,
}

#[derive(Default)]
struct State {
    reason: Option<SharedError>,
    /// By number, which is their order.
    listeners: BTreeMap<u64, OnceCallback>,
    next: u64,
    /// Keeps a signal with a source while it has listeners, even if no handle of it is left.
    kept: Weak<Keeper>,
}

/// Belongs to what gives a signal: its timer, or its listeners in other signals.
type Keeper = RefCell<Option<AbortSignal>>;

#[derive(Default)]
enum Source {
    #[default]
    Controller,
    Timer(Timeout),
    Signals(Vec<AbortListener>),
}

/// A listener of [`AbortSignal::on_abort`]. Dropping it changes nothing: the listener stays.
#[derive(Debug)]
pub struct AbortListener {
    signal: AbortSignal,
    number: u64,
}

impl AbortController {
    /// Makes a controller whose signal has not been given.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the signal, to be handed to what can be given up.
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        self.signal.clone()
    }

    /// Gives the signal: its listeners are called at once, in order. Only the first call counts.
    ///
    /// # Panics
    ///
    /// If a listener fails outside of a loop, which then cannot report it.
    #[track_caller]
    pub fn abort(&self, reason: impl Into<BoxError>) {
        self.signal.give(reason.into().into());
    }
}

impl Drop for AbortController {
    /// Nothing can give the signal any more, so its listeners are dropped.
    fn drop(&mut self) {
        let listeners = take(&mut self.signal.0.state.borrow_mut().listeners);
        drop(listeners);
    }
}

impl AbortSignal {
    /// Returns a signal that has been given. Node: `AbortSignal.abort(reason)`.
    #[must_use]
    pub fn aborted(reason: impl Into<BoxError>) -> Self {
        let signal = Self::default();
        signal.0.state.borrow_mut().reason = Some(reason.into().into());
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
        Self::with_source(|give| {
            let reason = "The operation was aborted due to timeout";
            let fire = move || give(BoxError::from(reason).into());
            let timer = set_timeout(delay, fire);
            timer.unref();
            Source::Timer(timer)
        })
    }

    /// Returns a signal that comes with the first of `signals`. Node: `AbortSignal.any`.
    #[must_use]
    pub fn any(signals: impl IntoIterator<Item = Self>) -> Self {
        let signals: Vec<_> = signals.into_iter().collect();
        if let Some(given) = signals.iter().find(|signal| signal.is_aborted()) {
            let signal = Self::default();
            signal.0.state.borrow_mut().reason = given.reason();
            return signal;
        }
        Self::with_source(|give| {
            let give = Rc::new(give);
            let listen = |signal: &Self| {
                let (give, source) = (Rc::clone(&give), Rc::downgrade(&signal.0));
                signal.on_abort(move || {
                    let source = source.upgrade();
                    // The borrow ends here: a listener may look at the signal.
                    let reason = source.and_then(|source| source.state.borrow().reason.clone());
                    if let Some(reason) = reason {
                        give(reason);
                    }
                })
            };
            Source::Signals(signals.iter().map(listen).collect())
        })
    }

    /// Makes a signal and, with what gives it, its source.
    fn with_source(source: impl FnOnce(Box<dyn Fn(SharedError)>) -> Source) -> Self {
        Self(Rc::new_cyclic(|inner: &Weak<Inner>| {
            let keeper = Rc::<Keeper>::default();
            let kept = Rc::downgrade(&keeper);
            let inner = Weak::clone(inner);
            let give = move |reason| {
                let kept = keeper.take();
                if let Some(signal) = inner.upgrade().map(Self).or(kept) {
                    signal.give(reason);
                }
            };
            let state = State {
                kept,
                ..State::default()
            };
            Inner {
                state: RefCell::new(state),
                source: source(Box::new(give)),
            }
        }))
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
    #[track_caller]
    pub fn on_abort<R: CallbackResult>(
        &self,
        listener: impl FnOnce() -> R + 'static,
    ) -> AbortListener {
        let listener = once_callback(SpanKind::Listener, listener);
        let mut state = self.0.state.borrow_mut();
        let number = state.next;
        state.next += 1;
        if state.reason.is_none() {
            state.listeners.insert(number, listener);
            if let Some(keeper) = state.kept.upgrade() {
                keeper.replace(Some(self.clone()));
            }
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
        let (mut given, resolver) = Promise::<()>::pending();
        let was_given = self.is_aborted();
        let listener = Listening(if was_given {
            resolver.resolve(());
            None
        } else {
            Some(self.on_abort(move || resolver.resolve(())))
        });
        let signal = self.clone();
        async move {
            let _listening = listener;
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

    #[track_caller]
    fn give(&self, reason: SharedError) {
        let listeners = {
            let mut state = self.0.state.borrow_mut();
            if state.reason.is_some() {
                return;
            }
            state.reason = Some(reason);
            take(&mut state.listeners)
        };
        for listener in listeners.into_values() {
            if let Err(error) = catch_panic(listener) {
                // As Node reports it: not in the middle of the code that gives the signal.
                let tick: OnceCallback = Box::new(move || Err(error.into()));
                schedule(tick, |event_loop, tick| {
                    event_loop.ticks.borrow_mut().push_back(tick);
                });
            }
        }
    }
}

impl AbortListener {
    /// Removes it. Node: `signal.removeEventListener`.
    pub fn remove(self) {
        self.take_out();
    }

    fn take_out(&self) {
        let mut state = self.signal.0.state.borrow_mut();
        let listener = state.listeners.remove(&self.number);
        let keeper = state.kept.upgrade().filter(|_| state.listeners.is_empty());
        drop(state);
        let kept = keeper.and_then(|keeper| keeper.take());
        drop((listener, kept));
    }
}

/// Removes its listener when it is dropped.
struct Listening(Option<AbortListener>);

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(listener) = &self.0 {
            listener.take_out();
        }
    }
}

impl Drop for Inner {
    /// The last handle is gone, and no listener needs it: what would give the signal is withdrawn.
    fn drop(&mut self) {
        match &self.source {
            Source::Controller => {}
            Source::Timer(timer) => timer.clear(),
            Source::Signals(listeners) => listeners.iter().for_each(AbortListener::take_out),
        }
    }
}

impl fmt::Debug for AbortSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AbortSignal(aborted: {})", self.is_aborted())
    }
}
