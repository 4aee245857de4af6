//! Tasks: ordinary Rust futures, polled as microtasks.
//!
//! JavaScript continues an `await` in a microtask. Here a woken task is one, and *what wakes it decides the queue*: code on this thread, the
//! microtask queue; the system or another thread, the poll phase, which hands on one task at a time, with a drain after each.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Wake, Waker};

use crate::callback::SpanKind;
use crate::data::poller::Completion;
use crate::data::task_table::{BoxFuture, TaskKey, TaskWaker};
use crate::event_loop::{EventLoop, try_with};
use crate::phases::microtasks::Microtask;
use crate::probe;

/// How deep `spawn` polls at once inside of another task's poll; deeper ones begin in a microtask, since the stack ends somewhere.
const MAX_DEPTH: u32 = 64;

impl EventLoop {
    /// Adds a task; it runs when it is polled or woken.
    #[track_caller]
    pub fn add_task(&self, mut future: BoxFuture) -> TaskKey {
        let key = self.tasks.add(&self.poller.completions);
        if let Some(noted) = probe::scheduled(SpanKind::Task, Some(key)) {
            let poll = move |cx: &mut Context<'_>| noted.run(|| future.as_mut().poll(cx));
            future = Box::pin(poll_fn(poll));
        }
        if let Some(task) = self.tasks.all.borrow_mut().get_mut(key) {
            task.body = Some((future, Waker::from(Arc::clone(&task.waker))));
        }
        key
    }

    /// Polls a new task at once, as the call of an async function runs its body up to the first `await`.
    pub fn start_task(&self, key: TaskKey) {
        if self.tasks.depth.get() < MAX_DEPTH {
            self.poll_task(key);
        } else {
            self.microtasks.borrow_mut().push_back(Microtask::Poll(key));
        }
    }

    /// Polls a task. The future is out of the table meanwhile, so that it may start, wake and end others.
    pub fn poll_task(&self, key: TaskKey) {
        let taken = {
            let mut tasks = self.tasks.all.borrow_mut();
            tasks.get_mut(key).and_then(|task| {
                task.waker.leave_queue();
                task.body.take()
            })
        };
        let Some((mut future, waker)) = taken else {
            return;
        };
        let outer = self.tasks.current_task.replace(Some((key, waker.data())));
        self.tasks.depth.set(self.tasks.depth.get() + 1);
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        self.tasks.depth.set(self.tasks.depth.get() - 1);
        self.tasks.current_task.set(outer);
        if poll.is_ready() {
            let done = self.tasks.all.borrow_mut().remove(key);
            drop((done, future));
        } else if let Some(task) = self.tasks.all.borrow_mut().get_mut(key) {
            task.body = Some((future, waker));
        }
    }

    fn wake_task(&self, key: TaskKey) {
        let tasks = self.tasks.all.borrow();
        // Should another thread wake it between these two lines, it is polled twice, which does no harm.
        if let Some(task) = tasks.get(key)
            && !task.waker.queued.load(Ordering::Relaxed)
        {
            task.waker.queued.store(true, Ordering::Relaxed);
            probe::woken(key);
            self.microtasks.borrow_mut().push_back(Microtask::Poll(key));
        }
    }
}

impl Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        // While the loop does not poll, what wakes a task of its own is code of its own: no matter for the poll phase.
        let is_queued = try_with(|event_loop| {
            let poller = &event_loop.poller;
            if !poller.completions.same_channel(&self.completions) {
                return false;
            }
            probe::woken(self.key);
            if !poller.is_polling() {
                let mut microtasks = event_loop.microtasks.borrow_mut();
                microtasks.push_back(Microtask::Poll(self.key));
            }
            !poller.is_polling()
        });
        if is_queued != Some(true) {
            // An error means that its loop has ended.
            let _ = self.completions.send(Completion::Task(self.key));
        }
    }
}

/// What waits for a promise. A task of the loop is known by its key, not by a clone of its waker, so that a promise never counts as the outside.
#[derive(Debug)]
pub enum PromiseWaker {
    Task(TaskKey),
    Other(Waker),
}

impl PromiseWaker {
    pub fn new(cx: &Context<'_>) -> Self {
        let current = try_with(|event_loop| event_loop.tasks.current_task.get()).flatten();
        match current {
            Some((key, data)) if data == cx.waker().data() => Self::Task(key),
            _ => Self::Other(cx.waker().clone()),
        }
    }

    pub fn wake(self) {
        match self {
            Self::Task(key) => drop(try_with(|event_loop| event_loop.wake_task(key))),
            Self::Other(waker) => waker.wake(),
        }
    }
}
