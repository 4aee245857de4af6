//! Promises: the result of something that goes on by itself.
//!
//! A JavaScript promise is a value that others wait for. [`Promise`] is that as a Rust future, for one consumer: it costs one microtask turn
//! to await even if it has long been settled, and a failure that is never awaited is reported. A plain Rust future that is ready costs no turn.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use crate::callback::{BoxError, CallbackResult};
use crate::data::task_table::TaskKey;
use crate::error::Error;
use crate::event_loop::{EventLoop, LoopKey, current, try_with};
use crate::phases::rejections::Rejected;
use crate::phases::tasks::PromiseWaker;

/// A value or an error that comes later. Dropping it does not stop the work behind it, but leaves a failure unhandled.
pub struct Promise<T> {
    inner: Rc<Inner<T>>,
    /// The turn that every `await` costs has been asked for.
    waited: bool,
    /// The task behind it, and the loop of that.
    task: Option<LoopKey<TaskKey>>,
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

/// Starts `future` at once, as a call of an async function does, and continues it in microtasks.
///
/// In a task that 64 others have started one inside of the other it starts in a microtask, since the stack ends somewhere.
///
/// # Examples
///
/// ```
/// # use event_loop::*;
/// # use event_loop::println;
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
    let (mut promise, resolver) = Promise::pending();
    let body = async move { resolver.settle(settled(future).await) };
    if !event_loop.is_closed() {
        let task = event_loop.add_task(Box::pin(body));
        promise.task = Some(LoopKey::new(&event_loop, Some(task)));
        event_loop.start_task(task);
    }
    promise
}

/// Runs `future` to its end; a panic is an error like others.
pub async fn settled<F: Future<Output: CallbackResult>>(
    future: F,
) -> Result<<F::Output as CallbackResult>::Value, Error> {
    let mut future = pin!(future);
    // A future that has panicked is not polled again.
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => {
                let result = output.into_callback_result();
                Poll::Ready(result.map_err(|error| Error::from_cause(error, Error::Rejected)))
            }
            Err(panic) => Poll::Ready(Err(Error::panicked(&*panic))),
        },
    )
    .await
}

impl<T: 'static> Promise<T> {
    /// Returns a promise and what settles it. Node: `Promise.withResolvers()`.
    #[must_use]
    pub fn pending() -> (Self, Resolver<T>) {
        Self::in_state(State::Pending(None))
    }

    /// Returns a promise that is settled already. Node: `Promise.resolve(value)`.
    #[must_use]
    pub fn resolved(value: T) -> Self {
        Self::in_state(State::Settled(Ok(value))).0
    }

    /// Returns a promise that has failed already. Node: `Promise.reject(error)`.
    #[must_use]
    pub fn rejected(error: impl Into<BoxError>) -> Self {
        let (promise, resolver) = Self::pending();
        resolver.reject(error);
        promise
    }

    /// Lets the loop end while the task behind it waits for a socket, a signal or another thread. Node: `server.unref()`. A promise that
    /// [`spawn`] has not made holds nothing in the first place.
    pub fn unref(&self) -> &Self {
        self.set_ref(false)
    }

    /// Holds the loop again. Node: `server.ref()`.
    pub fn keep_alive(&self) -> &Self {
        self.set_ref(true)
    }

    fn set_ref(&self, refed: bool) -> &Self {
        let set = |event_loop: &EventLoop, key| {
            let mut tasks = event_loop.tasks.all.borrow_mut();
            tasks.get_mut(key).map(|task| task.refed = refed)
        };
        self.task.as_ref().and_then(|task| task.find(set));
        self
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
            task: None,
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
        if let State::Pending(Some(waker)) = before {
            waker.wake();
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
            State::Pending(waker) => {
                *waker = Some(PromiseWaker::new(cx));
                Poll::Pending
            }
            State::Settled(_) if first => {
                drop(state);
                PromiseWaker::new(cx).wake();
                Poll::Pending
            }
            over => match std::mem::replace(over, State::Taken) {
                State::Settled(result) => Poll::Ready(result),
                _ => panic!("a promise was awaited again after it had given its result"),
            },
        }
    }
}

impl<T> Unpin for Promise<T> {}

impl<T> Inner<T> {
    /// The result is asked for: a failure is handled from now on.
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
    fn report(&self) -> Option<Error> {
        match &*self.state.borrow() {
            State::Settled(Err(error)) if !self.handled.get() => {
                self.reported.set(true);
                Some(error.clone())
            }
            _ => None,
        }
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
