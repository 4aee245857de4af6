//! PromiseWaker as futures: `timers/promises`.
//!
//! As in Node they begin to count when they are called, not when they are awaited. Dropping one clears its timer, which Node leaves to an
//! [`AbortSignal`](crate::AbortSignal).

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::Stream;

use crate::api::immediate::{Immediate, set_immediate};
use crate::api::promise::{Promise, Resolver};
use crate::api::timeout::{Timeout, set_interval, set_timeout};
use crate::data::task_table::PromiseWaker;

/// Waits for `delay`. Node: `await setTimeout(delay)` of `timers/promises`.
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use event_loop::*;
/// run(async {
///     sleep(Duration::from_millis(5)).await;
/// });
/// ```
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn sleep(delay: Duration) -> Sleep {
    let (promise, resolve) = promise();
    let timer = set_timeout(delay, resolve);
    Sleep { promise, timer }
}

/// Waits for the check phase. Node: `await setImmediate()` of `timers/promises`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn immediate() -> ImmediateFuture {
    let (promise, resolve) = promise();
    let immediate = set_immediate(resolve);
    ImmediateFuture { promise, immediate }
}

fn promise() -> (Promise<()>, impl FnMut()) {
    let (promise, resolver) = Promise::pending();
    let mut resolver = Some(resolver);
    let resolve = move || {
        if let Some(resolver) = resolver.take() {
            Resolver::resolve(resolver, ());
        }
    };
    (promise, resolve)
}

/// The future of [`sleep`].
#[derive(Debug)]
pub struct Sleep {
    promise: Promise<()>,
    timer: Timeout,
}

impl Sleep {
    /// The timer behind it, to let the loop end without it.
    #[must_use]
    pub fn timer(&self) -> &Timeout {
        &self.timer
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.promise).poll(cx).map(drop)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.timer.clear();
    }
}

/// The future of [`immediate`].
#[derive(Debug)]
pub struct ImmediateFuture {
    promise: Promise<()>,
    immediate: Immediate,
}

impl Future for ImmediateFuture {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.promise).poll(cx).map(drop)
    }
}

impl Drop for ImmediateFuture {
    fn drop(&mut self) {
        self.immediate.clear();
    }
}

/// A stream with an item for each `period`; what passes while nobody asks is counted, not lost. Node: `for await` over `setInterval(period)`
/// of `timers/promises`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    let state = Rc::<PendingTicks>::default();
    let ours = Rc::clone(&state);
    let timer = set_interval(period, move || {
        ours.count.set(ours.count.get() + 1);
        if let Some(waiting) = ours.waiting.take() {
            waiting.wake();
        }
    });
    Interval { state, timer }
}

#[derive(Default)]
struct PendingTicks {
    count: Cell<usize>,
    waiting: RefCell<Option<PromiseWaker>>,
}

/// The stream of [`interval`]. It never ends; dropping it clears the timer.
pub struct Interval {
    state: Rc<PendingTicks>,
    timer: Timeout,
}

impl Stream for Interval {
    type Item = ();

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        let count = self.state.count.get();
        if count > 0 {
            self.state.count.set(count - 1);
            return Poll::Ready(Some(()));
        }
        *self.state.waiting.borrow_mut() = Some(PromiseWaker::new(cx));
        Poll::Pending
    }
}

impl Drop for Interval {
    fn drop(&mut self) {
        self.timer.clear();
    }
}
