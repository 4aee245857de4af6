//! Waits for the system: sockets, files, other threads.
//!
//! Node polls through libuv. Here tokio's driver is polled, by `block_on` of a future that waits for the first completion: sockets, files and
//! channels of tokio work unchanged. Between two polls nothing runs inside of tokio, so its budgets and queues do not affect the order.

use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready};
use std::io;
use std::mem::take;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use slotmap::new_key_type;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::data::task_table::TaskKey;
use crate::sys::WakeTimer;

new_key_type! {
    pub struct JobKey;
}

/// What the poll phase hands on.
pub enum Completion {
    /// A task was woken from outside of the loop.
    Task(TaskKey),
    /// The thread pool has done a job.
    Job(JobKey),
}

/// Where other threads put completions.
#[derive(Default)]
pub struct RemoteQueue(Mutex<RemoteState>);

#[derive(Default)]
struct RemoteState {
    completions: Vec<Completion>,
    waker: Option<Waker>,
}

impl RemoteQueue {
    pub fn push(&self, completion: Completion) {
        let waker = {
            let mut state = self.lock();
            state.completions.push(completion);
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
    /// Taken when the loop is dropped.
    runtime: Option<Runtime>,
    pub remote: Arc<RemoteQueue>,
    /// What has completed on this thread.
    completed: RefCell<Vec<Completion>>,
    /// Wakes the wait from this thread.
    waker: RefCell<Option<Waker>>,
    polling: Cell<bool>,
    wake_timer: WakeTimer,
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
        let wake_timer = {
            let _inside = runtime.enter();
            WakeTimer::new()?
        };
        Ok(Self {
            runtime: Some(runtime),
            remote: Arc::default(),
            completed: RefCell::default(),
            waker: RefCell::default(),
            polling: Cell::new(false),
            wake_timer,
        })
    }

    pub fn runtime(&self) -> &Runtime {
        let runtime = self.runtime.as_ref();
        runtime.expect("the runtime is there until the loop is dropped")
    }

    /// Whether this thread may wait. It may not inside of async code of another runtime: that would be found out in the first poll phase only.
    pub fn may_block(&self) -> bool {
        Handle::try_current().is_err()
            || catch_unwind(AssertUnwindSafe(|| self.runtime().block_on(ready(())))).is_ok()
    }

    /// Whether tokio's driver is being polled: what is woken now was woken by the system.
    pub fn is_polling(&self) -> bool {
        self.polling.get()
    }

    pub fn complete(&self, completion: Completion) {
        self.completed.borrow_mut().push(completion);
        if let Some(waker) = &*self.waker.borrow() {
            waker.wake_by_ref();
        }
    }

    pub fn has_completions(&self) -> bool {
        !self.completed.borrow().is_empty() || !self.remote.lock().completions.is_empty()
    }

    pub fn take_completions(&self) -> Vec<Completion> {
        let mut completions = self.completed.take();
        completions.append(&mut self.remote.lock().completions);
        completions
    }

    pub fn poll(&self, wait: Wait) {
        if let Wait::Until(then, rest) = wait {
            self.wake_timer.set(then, rest);
        }
        self.polling.set(true);
        match wait {
            Wait::No => self.runtime().block_on(tokio::task::yield_now()),
            _ => self.runtime().block_on(poll_fn(|cx| {
                let first = self.poll_waker(cx);
                if first.is_ready() || matches!(wait, Wait::Forever) {
                    first
                } else {
                    self.wake_timer.poll(cx)
                }
            })),
        }
        self.polling.set(false);
    }

    /// Ready as soon as something has completed.
    fn poll_waker(&self, cx: &Context<'_>) -> Poll<()> {
        let mut waker = self.waker.borrow_mut();
        if !waker
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            *waker = Some(cx.waker().clone());
        }
        let mut state = self.remote.lock();
        if !state.completions.is_empty() || !self.completed.borrow().is_empty() {
            return Poll::Ready(());
        }
        state.waker.get_or_insert_with(|| cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        drop(take(&mut self.remote.lock().waker));
        self.waker.take();
        if let Some(runtime) = self.runtime.take() {
            // A job of the thread pool may never return: nothing waits for it.
            runtime.shutdown_background();
        }
    }
}
