//! Waiting as futures: `timers/promises`.
//!
//! As in Node, `sleep` and `immediate` begin to count when they are called, not when they are awaited; an interval, when it is first asked for
//! an item. Dropping one clears its timer, which Node leaves to an `AbortSignal`.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;

use crate::api::immediate::{Immediate, set_immediate};
use crate::api::promise::Promise;
use crate::api::timeout::{Timeout, set_interval, set_timeout};
use crate::phases::tasks::PromiseWaker;
use crate::probe;

/// Waits for `delay`. Node: `await setTimeout(delay)` of `timers/promises`.
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use event_loop::*;
/// # use event_loop::println;
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
    let (promise, resolver) = Promise::pending();
    let mut resolver = Some(resolver);
    let timer = ClearOnDrop(set_timeout(delay, move || {
        if let Some(resolver) = resolver.take() {
            resolver.resolve(());
        }
    }));
    Sleep { promise, timer }
}

/// Waits for the check phase. Node: `await setImmediate()` of `timers/promises`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn immediate() -> ImmediateFuture {
    let (promise, resolver) = Promise::pending();
    let immediate = set_immediate(move || resolver.resolve(()));
    ImmediateFuture { promise, immediate }
}

/// The future of [`sleep`].
#[derive(Debug)]
pub struct Sleep {
    promise: Promise<()>,
    timer: ClearOnDrop,
}

impl Sleep {
    /// Returns the timer behind it, to let the loop end without it.
    #[must_use]
    pub fn timer(&self) -> &Timeout {
        &self.timer.0
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.promise).poll(cx).map(drop)
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

/// Makes a stream with an item for each `period`; what passes while none is asked for is counted, not lost. Node: `for await` over
/// `setInterval(period)` of `timers/promises`.
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    Interval {
        period,
        made_at: Location::caller(),
        pending: Rc::default(),
        timer: None,
    }
}

#[derive(Debug, Default)]
struct PendingTicks {
    count: Cell<usize>,
    waker: RefCell<Option<PromiseWaker>>,
}

/// The stream of [`interval`]. It never ends; dropping it clears the timer.
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    made_at: &'static Location<'static>,
    pending: Rc<PendingTicks>,
    /// Set by the first poll, as Node's iterator begins with the first `next()`.
    timer: Option<ClearOnDrop>,
}

impl Stream for Interval {
    type Item = ();

    /// # Panics
    ///
    /// Outside a loop.
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<()>> {
        if self.timer.is_none() {
            let pending = Rc::clone(&self.pending);
            let tick = move || {
                pending.count.set(pending.count.get() + 1);
                if let Some(waker) = pending.waker.take() {
                    waker.wake();
                }
            };
            let set = || ClearOnDrop(set_interval(self.period, tick));
            self.timer = Some(probe::at_location(self.made_at, set));
        }
        let count = self.pending.count.get();
        if count > 0 {
            self.pending.count.set(count - 1);
            return Poll::Ready(Some(()));
        }
        self.pending.waker.replace(Some(PromiseWaker::new(cx)));
        Poll::Pending
    }
}

/// Clears its timer when it is dropped.
#[derive(Debug)]
struct ClearOnDrop(Timeout);

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        self.0.clear();
    }
}
