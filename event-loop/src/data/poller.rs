//! The poll phase: where the world outside gets in.
//!
//! Node polls through libuv. Here tokio's driver is turned, by `block_on` of a future that waits for the first arrival: sockets, files and
//! channels of tokio work unchanged. Between two polls nothing runs inside of tokio, so its budgets and queues have no say in the order.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::data::slot_map::Key;
use crate::sys::WakeTimer;

/// What the poll phase hands on.
pub enum Completion {
    /// A task was woken from outside.
    Task(Key),
    /// The pool has done a job.
    Job(Key),
}

/// Where other threads leave what has arrived.
#[derive(Default)]
pub struct RemoteQueue(Mutex<RemoteState>);

#[derive(Default)]
struct RemoteState {
    completions: Vec<Completion>,
    waker: Option<Waker>,
}

impl RemoteQueue {
    pub fn push(&self, arrival: Completion) {
        let waker = {
            let mut state = self.lock();
            state.completions.push(arrival);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, RemoteState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Poller {
    /// There until the loop is dropped.
    runtime: Option<Runtime>,
    pub remote: Arc<RemoteQueue>,
    arrived: RefCell<Vec<Completion>>,
    /// Wakes the wait from this thread.
    waker: RefCell<Option<Waker>>,
    polling: Cell<bool>,
    alarm: WakeTimer,
}

/// How long to poll.
#[derive(Clone, Copy)]
pub enum Wait {
    /// See what is there.
    No,
    /// Until this time of the loop's clock, which is so far away.
    Until(u64, Duration),
    Forever,
}

impl Poller {
    pub fn new(pool: usize) -> io::Result<Self> {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.enable_all().max_blocking_threads(pool).build()?;
        let alarm = {
            let _inside = runtime.enter();
            WakeTimer::new()?
        };
        Ok(Self {
            runtime: Some(runtime),
            remote: Arc::default(),
            arrived: RefCell::default(),
            waker: RefCell::default(),
            polling: Cell::new(false),
            alarm,
        })
    }

    pub fn runtime(&self) -> &Runtime {
        self.runtime
            .as_ref()
            .expect("the runtime is taken when the loop is dropped")
    }

    /// Whether tokio's driver is being turned: what is woken now was woken by the poller.
    pub fn is_polling(&self) -> bool {
        self.polling.get()
    }

    pub fn arrived(&self, arrival: Completion) {
        self.arrived.borrow_mut().push(arrival);
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    pub fn has_completions(&self) -> bool {
        !self.arrived.borrow().is_empty() || !self.remote.lock().completions.is_empty()
    }

    pub fn take_completions(&self) -> Vec<Completion> {
        let mut completions = self.arrived.take();
        completions.append(&mut self.remote.lock().completions);
        completions
    }

    pub fn poll(&self, wait: Wait) {
        self.polling.set(true);
        match wait {
            Wait::No => self.runtime().block_on(tokio::task::yield_now()),
            Wait::Forever => self.runtime().block_on(poll_fn(|cx| self.poll_waker(cx))),
            Wait::Until(then, rest) => {
                self.alarm.set(then, rest);
                self.runtime()
                    .block_on(poll_fn(|cx| match self.poll_waker(cx) {
                        Poll::Pending => self.alarm.poll(cx),
                        ready => ready,
                    }));
            }
        }
        self.polling.set(false);
    }

    /// Ready as soon as something has arrived.
    fn poll_waker(&self, cx: &Context<'_>) -> Poll<()> {
        let mut waker = self.waker.borrow_mut();
        if !waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            *waker = Some(cx.waker().clone());
        }
        let mut state = self.remote.lock();
        if !state.completions.is_empty() || !self.arrived.borrow().is_empty() {
            return Poll::Ready(());
        }
        if state.waker.is_none() {
            state.waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.remote.lock().waker = None;
        self.waker.take();
        if let Some(runtime) = self.runtime.take() {
            // A job of the pool may never return: nobody waits for it.
            runtime.shutdown_background();
        }
    }
}
