//! Waits for the system: sockets, files, other threads.
//!
//! Node polls through libuv. Here tokio's driver is polled, by `block_on` of a future that waits for the first completion: sockets, files and
//! channels of tokio work unchanged. Between two polls nothing runs inside of tokio, so its budgets and queues do not affect the order.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn, ready};
use std::io;
use std::iter::from_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use slotmap::new_key_type;
use tokio::runtime::{Builder, Handle, Runtime, RuntimeMetrics};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

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

pub struct Poller {
    /// Taken when the loop is dropped.
    runtime: Option<Runtime>,
    /// Where this thread and others say what has completed. It holds at most one entry for each task and each job.
    pub completions: UnboundedSender<Completion>,
    arriving: RefCell<UnboundedReceiver<Completion>>,
    arrived: RefCell<Vec<Completion>>,
    polling: Cell<bool>,
    /// Asked in each iteration; to make it takes an atomic count.
    pub metrics: RuntimeMetrics,
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
        let (completions, arriving) = unbounded_channel();
        let metrics = runtime.metrics();
        Ok(Self {
            runtime: Some(runtime),
            completions,
            arriving: RefCell::new(arriving),
            arrived: RefCell::default(),
            polling: Cell::new(false),
            metrics,
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

    pub fn has_completions(&self) -> bool {
        !self.arrived.borrow().is_empty() || !self.arriving.borrow().is_empty()
    }

    pub fn take_completions(&self) -> Vec<Completion> {
        let mut arriving = self.arriving.borrow_mut();
        let mut completions = self.arrived.take();
        completions.extend(from_fn(|| arriving.try_recv().ok()));
        completions
    }

    pub fn poll(&self, wait: Wait) {
        self.polling.set(true);
        let runtime = self.runtime();
        match wait {
            Wait::No => runtime.block_on(tokio::task::yield_now()),
            Wait::Until(then, rest) => {
                runtime.block_on(self.arrival_or(self.wake_timer.wait(then, rest)));
            }
            Wait::Forever => runtime.block_on(self.arrival_or(pending())),
        }
        self.polling.set(false);
    }

    /// Waits for the first completion, or for `end`.
    async fn arrival_or(&self, end: impl Future<Output = ()>) {
        let mut end = pin!(end);
        poll_fn(|cx| {
            let arrived = &mut self.arrived.borrow_mut();
            let mut arriving = self.arriving.borrow_mut();
            match arriving.poll_recv_many(cx, arrived, usize::MAX) {
                Poll::Ready(_) => Poll::Ready(()),
                Poll::Pending => end.as_mut().poll(cx),
            }
        })
        .await;
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // A job of the thread pool may never return: nothing waits for it.
            runtime.shutdown_background();
        }
    }
}
