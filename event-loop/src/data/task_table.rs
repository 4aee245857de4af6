//! The tasks of a loop, and what their wakers know of them.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::task::Waker;

use slotmap::{SlotMap, new_key_type};
use tokio::sync::mpsc::UnboundedSender;

use crate::data::poller::Completion;

new_key_type! {
    pub struct TaskKey;
}

pub type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;

pub struct Task {
    pub waker: Arc<TaskWaker>,
    /// What it runs, and the waker that it is polled with. Not here while it is polled.
    pub body: Option<(BoxFuture, Waker)>,
    /// Whether it holds the loop while something outside could wake it.
    pub refed: bool,
}

/// What a task shares with its wakers, on any thread.
pub struct TaskWaker {
    pub key: TaskKey,
    /// In a queue already: a second wake changes nothing. Atomic, since other threads may wake it.
    pub queued: AtomicBool,
    /// Its loop, from any thread.
    pub completions: UnboundedSender<Completion>,
}

#[derive(Default)]
pub struct TaskTable {
    pub all: RefCell<SlotMap<TaskKey, Task>>,
    /// The task that is being polled, and how its waker is told from others.
    pub current_task: Cell<Option<(TaskKey, *const ())>>,
    /// How many tasks are being polled, one inside of the other.
    pub depth: Cell<u32>,
}

impl TaskTable {
    /// Adds a task that has nothing to run yet.
    pub fn add(&self, completions: &UnboundedSender<Completion>) -> TaskKey {
        let completions = completions.clone();
        self.all.borrow_mut().insert_with_key(|key| Task {
            waker: Arc::new(TaskWaker {
                key,
                queued: AtomicBool::new(false),
                completions,
            }),
            body: None,
            refed: true,
        })
    }

    /// Whether a task waits for the outside and holds the loop.
    pub fn has_external_wakers(&self) -> bool {
        let tasks = self.all.borrow();
        tasks
            .values()
            .any(|task| task.refed && task.waker.has_external_wakers())
    }

    /// Whether it is worth polling. Exact for few tasks; if there have ever been more than 64 at once, they are not looked through in every
    /// iteration.
    pub fn may_have_external_wakers(&self) -> bool {
        let tasks = self.all.borrow();
        tasks.capacity() > 64 || tasks.values().any(|task| task.waker.has_external_wakers())
    }
}

impl TaskWaker {
    /// Whether a clone of the task's waker exists. This is the rule of what holds the loop: everything outside of the loop that could wake a
    /// task (a socket, a channel, a thread) has such a clone, and the promises of this crate never do. A combinator that keeps a clone for
    /// others, as `FuturesUnordered` does (and with it `join_all` of 31 or more), counts as the outside.
    pub fn has_external_wakers(self: &Arc<Self>) -> bool {
        // The table and the waker that the task is polled with have one each.
        Arc::strong_count(self) > 2
    }

    /// From here on a wake counts again. What was written before a wake that found the task queued is seen by the poll that follows.
    pub fn leave_queue(self: &Arc<Self>) {
        if self.has_external_wakers() {
            self.queued.swap(false, Ordering::AcqRel);
        } else {
            // Nothing is left that could wake it from another thread; with this fence, what the last of them wrote is seen as well.
            fence(Ordering::Acquire);
            self.queued.store(false, Ordering::Relaxed);
        }
    }
}
