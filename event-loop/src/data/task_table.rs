//! Tasks: ordinary Rust futures, current_task as microtasks.
//!
//! JavaScript continues an `await` in a microtask. Here a woken task is one, and *who wakes decides the queue*: code on this thread, the
//! microtask queue; the poller or another thread, the poll phase, which hands on one task at a time with a drain after each (R4).

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering, fence};
use std::task::{Context, Wake, Waker};

use crate::data::poller::{Completion, RemoteQueue};
use crate::data::slot_map::{Key, SlotMap};
use crate::event_loop::{EventLoop, try_with};
use crate::phases::microtasks::Microtask;
use crate::trace::{self, Kind};

pub type BoxFuture = Pin<Box<dyn Future<Output = ()>>>;

struct Task {
    header: Arc<Header>,
    /// Not here while it is current_task.
    body: Option<(BoxFuture, Waker)>,
}

/// What a task shares with its wakers, on whatever thread they are.
struct Header {
    key: Key,
    /// In a queue already: a second wake changes nothing.
    queued: AtomicBool,
    remote: Arc<RemoteQueue>,
}

pub struct Tasks {
    all: RefCell<SlotMap<Task>>,
    /// The task that is being current_task, and how its waker is told from others.
    current_task: Cell<Option<(Key, *const ())>>,
}

impl Tasks {
    pub fn new() -> Self {
        Self {
            all: RefCell::new(SlotMap::new()),
            current_task: Cell::new(None),
        }
    }

    /// Takes out what is left, to be dropped where nothing is borrowed.
    pub fn take_all(&self) -> Vec<BoxFuture> {
        let tasks = self.all.borrow_mut().take_all();
        let bodies = tasks.into_iter().filter_map(|task| task.body);
        bodies.map(|(future, _)| future).collect()
    }

    /// Whether it is worth asking the poller. Exact for few tasks; many are not looked through in every turn.
    pub fn may_have_external_wakers(&self) -> bool {
        self.all.borrow().capacity() > 64 || self.any_has_external_wakers()
    }

    /// Whether somebody else than this loop's own promises could wake a task: a socket, a channel, a thread.
    /// A task that nobody can wake does not hold the loop (R19).
    pub fn any_has_external_wakers(&self) -> bool {
        let tasks = self.all.borrow();
        tasks.values().any(|task| task.header.has_external_wakers())
    }
}

impl EventLoop {
    /// Takes a task in; it runs when it is current_task or woken.
    #[track_caller]
    pub fn add_task(&self, future: BoxFuture) -> Key {
        let noted = trace::scheduled(Kind::Task);
        let remote = &self.poller.remote;
        self.tasks.all.borrow_mut().insert_with(|key| {
            let future = match noted {
                None => future,
                Some(noted) => recorded(future, key, noted),
            };
            let header = Arc::new(Header {
                key,
                queued: AtomicBool::new(false),
                remote: Arc::clone(remote),
            });
            let waker = Waker::from(Arc::clone(&header));
            Task {
                header,
                body: Some((future, waker)),
            }
        })
    }

    /// Polls a task. The future is out of the table meanwhile, so that it may start, wake and end others.
    pub fn poll_task(&self, key: Key) {
        let taken = {
            let mut tasks = self.tasks.all.borrow_mut();
            tasks.get_mut(key).and_then(|task| {
                task.header.leave_queue();
                task.body.take()
            })
        };
        let Some((mut future, waker)) = taken else {
            return;
        };
        let outer = self.tasks.current_task.replace(Some((key, waker.data())));
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        self.tasks.current_task.set(outer);
        if poll.is_ready() {
            let done = self.tasks.all.borrow_mut().remove(key);
            drop((done, future));
        } else if let Some(task) = self.tasks.all.borrow_mut().get_mut(key) {
            task.body = Some((future, waker));
        }
    }

    fn wake_task(&self, key: Key) {
        let tasks = self.tasks.all.borrow();
        // Should another thread wake it between these two lines, it is current_task twice, which harms nobody.
        if let Some(task) = tasks.get(key)
            && !task.header.queued.load(Ordering::Relaxed)
        {
            task.header.queued.store(true, Ordering::Relaxed);
            trace::woken(key);
            self.microtasks.borrow_mut().push_back(Microtask::Poll(key));
        }
    }
}

impl Header {
    /// Whether there are others than the table and the task's own waker.
    fn has_external_wakers(self: &Arc<Self>) -> bool {
        Arc::strong_count(self) > 2
    }

    /// From here on a wake counts again. What was written before a wake that found the task queued is seen by the poll that follows.
    fn leave_queue(self: &Arc<Self>) {
        if self.has_external_wakers() {
            self.queued.swap(false, Ordering::AcqRel);
        } else {
            // Nobody is left to wake it from another thread; with this fence, what the last of them wrote is seen as well.
            fence(Ordering::Acquire);
            self.queued.store(false, Ordering::Relaxed);
        }
    }
}

impl Wake for Header {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.queued.swap(true, Ordering::AcqRel) {
            return;
        }
        let here = try_with(|event_loop| {
            let ours = Arc::ptr_eq(&event_loop.poller.remote, &self.remote);
            if ours {
                trace::woken(self.key);
            }
            if ours && event_loop.poller.is_polling() {
                event_loop.poller.arrived(Completion::Task(self.key));
            } else if ours {
                let mut microtasks = event_loop.microtasks.borrow_mut();
                microtasks.push_back(Microtask::Poll(self.key));
            }
            ours
        });
        if here != Some(true) {
            self.remote.push(Completion::Task(self.key));
        }
    }
}

fn recorded(mut future: BoxFuture, key: Key, noted: trace::Callback) -> BoxFuture {
    Box::pin(poll_fn(move |cx| {
        let _slice = noted.resume(key);
        future.as_mut().poll(cx)
    }))
}

/// Who waits for a promise. A task of the loop is known by its key, not by a waker, so that it does not look as if the outside could wake it.
pub enum PromiseWaker {
    Task(Key),
    Other(Waker),
}

impl PromiseWaker {
    pub fn new(cx: &Context<'_>) -> Self {
        let current_task = try_with(|event_loop| event_loop.tasks.current_task.get()).flatten();
        match current_task {
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
