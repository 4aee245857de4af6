//! Promises: the result of something that goes on by itself.
//!
//! A JavaScript promise is a value that others wait for. [`Promise`] is that as a Rust future, for one who waits: it costs one microtask turn
//! to await even if it has long been settled, and a failure that nobody awaits is reported. A plain Rust future that is ready costs no turn.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::FutureExt;

use crate::callback::{BoxError, CallbackResult};
use crate::data::task_table::PromiseWaker;
use crate::error::Error;
use crate::event_loop::{current, try_with};
use crate::phases::rejections::Rejected;

/// What will be there later: a value or an error. Dropping it does not stop the work behind it, but leaves a failure unhandled.
pub struct Promise<T> {
    inner: Rc<Inner<T>>,
    /// The turn that every `await` costs has been asked for.
    waited: bool,
}

struct Inner<T> {
    state: RefCell<State<T>>,
    handled: Cell<bool>,
    reported: Cell<bool>,
}

enum State<T> {
    Pending(Option<PromiseWaker>),
    Settled(Result<T, Error>),
    Taken,
}

/// Settles a [`Promise`]. If it is dropped instead, the promise stays pending for ever.
pub struct Resolver<T>(Rc<Inner<T>>);

/// Starts `future` at once, as a call of an async function does, and goes on with it in microtasks.
///
/// # Examples
///
/// ```
/// # use event_loop::*;
/// run(async {
///     let answer = spawn(async { Ok::<_, Error>(6 * 7) });
///     assert_eq!(answer.await?, 42);
///     Ok::<_, Error>(())
/// });
/// ```
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn spawn<F>(future: F) -> Promise<<F::Output as CallbackResult>::Value>
where
    F: Future<Output: CallbackResult> + 'static,
    <F::Output as CallbackResult>::Value: 'static,
{
    let event_loop = current();
    let (promise, resolver) = Promise::pending();
    let body = async move { resolver.settle(settled(future).await) };
    if !event_loop.closed.get() {
        let task = event_loop.add_task(Box::pin(body));
        event_loop.poll_task(task);
    }
    promise
}

/// Runs `future` to its end; a panic is an error like others.
pub async fn settled<F: Future<Output: CallbackResult>>(
    future: F,
) -> Result<<F::Output as CallbackResult>::Value, Error> {
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(output) => output
            .into_callback_result()
            .map_err(|error| Error::from_cause(error, Error::Rejected)),
        Err(panic) => Err(Error::panicked(&*panic)),
    }
}

impl<T: 'static> Promise<T> {
    /// A promise and what settles it. Node: `Promise.withResolvers()`.
    #[must_use]
    pub fn pending() -> (Self, Resolver<T>) {
        Self::in_state(State::Pending(None))
    }

    /// A promise that is settled already. Node: `Promise.resolve(value)`.
    #[must_use]
    pub fn resolved(value: T) -> Self {
        Self::in_state(State::Settled(Ok(value))).0
    }

    /// A promise that has failed already. Node: `Promise.reject(error)`.
    #[must_use]
    pub fn rejected(error: impl Into<BoxError>) -> Self {
        let (promise, resolver) = Self::pending();
        resolver.reject(error);
        promise
    }

    /// Calls `next` with the value in a microtask of its own, and promises what it returns. An error skips it.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[track_caller]
    pub fn then<R: CallbackResult>(self, next: impl FnOnce(T) -> R + 'static) -> Promise<R::Value>
    where
        R::Value: 'static,
    {
        spawn(async move { next(self.await?).into_callback_result() })
    }

    fn in_state(state: State<T>) -> (Self, Resolver<T>) {
        let inner = Rc::new(Inner {
            state: RefCell::new(state),
            handled: Cell::new(false),
            reported: Cell::new(false),
        });
        let promise = Self {
            inner: Rc::clone(&inner),
            waited: false,
        };
        (promise, Resolver(inner))
    }
}

impl<T: 'static> Resolver<T> {
    /// Hands over the value.
    pub fn resolve(self, value: T) {
        self.settle(Ok(value));
    }

    /// Lets the promise fail.
    pub fn reject(self, error: impl Into<BoxError>) {
        self.settle(Err(Error::from_cause(error.into(), Error::Rejected)));
    }

    pub(crate) fn settle(self, result: Result<T, Error>) {
        let rejected = result.is_err() && !self.0.handled.get();
        let before = self.0.state.replace(State::Settled(result));
        if rejected {
            try_with(|event_loop| {
                let mut rejections = event_loop.rejections.borrow_mut();
                rejections.new.push_back(self.0);
            });
        }
        if let State::Pending(Some(waiting)) = before {
            waiting.wake();
        }
    }
}

impl<T> Future for Promise<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let first = !std::mem::replace(&mut self.waited, true);
        self.inner.handle();
        let mut state = self.inner.state.borrow_mut();
        match &mut *state {
            State::Pending(waiting) => {
                *waiting = Some(PromiseWaker::new(cx));
                Poll::Pending
            }
            State::Settled(_) if first => {
                drop(state);
                PromiseWaker::new(cx).wake();
                Poll::Pending
            }
            State::Settled(_) => match std::mem::replace(&mut *state, State::Taken) {
                State::Settled(result) => Poll::Ready(result),
                _ => unreachable!("it was settled a line ago"),
            },
            State::Taken => panic!("a promise was awaited again after it had given its result"),
        }
    }
}

impl<T> Unpin for Promise<T> {}

impl<T> Inner<T> {
    /// Somebody asks for the result: a failure is handled from now on.
    fn handle(&self) {
        if self.handled.replace(true) || !self.reported.get() {
            return;
        }
        if let State::Settled(Err(error)) = &*self.state.borrow() {
            try_with(|event_loop| {
                let mut rejections = event_loop.rejections.borrow_mut();
                rejections.handled_late.push_back(error.clone());
            });
        }
    }
}

impl<T> Rejected for Inner<T> {
    fn unhandled(&self) -> Option<Error> {
        match &*self.state.borrow() {
            State::Settled(Err(error)) if !self.handled.get() => Some(error.clone()),
            _ => None,
        }
    }

    fn mark_reported(&self) {
        self.reported.set(true);
    }
}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &*self.inner.state.borrow() {
            State::Pending(_) => "pending",
            State::Settled(Ok(_)) => "resolved",
            State::Settled(Err(_)) => "rejected",
            State::Taken => "taken",
        };
        write!(f, "Promise({state})")
    }
}
