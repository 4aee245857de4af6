//! The loop of this thread, and all that it knows.
//!
//! Node's loop exists before the first line runs. Here a thread has one for as long as [`run`](crate::run) runs. Every part lies in a cell
//! of its own, and while your code runs, nothing is borrowed: that is why a callback may call anything.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::marker::PhantomData;
use std::rc::Rc;

use slotmap::SlotMap;

use crate::api::clock::Clock;
use crate::callback::OnceCallback;
use crate::data::immediate_queue::ImmediateQueue;
use crate::data::listeners::Listeners;
use crate::data::poller::{JobKey, Poller};
use crate::data::task_table::TaskTable;
use crate::data::time::Time;
use crate::data::timer_lists::TimerLists;
use crate::error::Error;
use crate::phases::microtasks::Microtask;
use crate::phases::rejections::Rejections;

pub struct EventLoop {
    /// Tells a handle of this loop from one of the thread's last loop.
    pub id: u32,
    pub time: Time,
    /// Node's `uv_now()`: the time of the last look at the clock.
    pub loop_time: Cell<u64>,

    pub ticks: RefCell<VecDeque<OnceCallback>>,
    pub microtasks: RefCell<VecDeque<Microtask>>,
    pub rejections: RefCell<Rejections>,

    pub timers: RefCell<TimerLists>,
    pub immediates: RefCell<ImmediateQueue>,
    pub closing: RefCell<Vec<OnceCallback>>,
    pub tasks: TaskTable,
    pub poller: Poller,
    /// What to call with the results of the thread pool.
    pub jobs: RefCell<SlotMap<JobKey, OnceCallback>>,

    pub listeners: Listeners,
    pub stage: Cell<Stage>,
    /// The main future has not come to its end.
    pub main_pending: Cell<bool>,
    pub exit_code: Cell<Option<i32>>,
    pub fatal: RefCell<Option<Error>>,
}

/// How far a loop has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Running,
    /// `exit` was called, or an error has ended the loop: nothing more is to run.
    Stopping,
    /// An error in a listener of `on_uncaught` has ended the loop: the exit listeners are not called either.
    Aborting,
    /// The exit listeners are being called.
    Exiting,
    /// The loop is being taken apart: what is scheduled now is dropped.
    Closed,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<EventLoop>>> = const { RefCell::new(None) };
    static LOOPS: Cell<u32> = const { Cell::new(0) };
}

impl EventLoop {
    pub fn new(clock: Clock, pool: usize) -> io::Result<Self> {
        Ok(Self {
            id: LOOPS.replace(LOOPS.get().wrapping_add(1)),
            time: Time::new(clock),
            loop_time: Cell::new(0),
            ticks: RefCell::default(),
            microtasks: RefCell::default(),
            rejections: RefCell::default(),
            timers: RefCell::default(),
            immediates: RefCell::default(),
            closing: RefCell::default(),
            tasks: TaskTable::default(),
            poller: Poller::new(pool)?,
            jobs: RefCell::default(),
            listeners: Listeners::default(),
            stage: Cell::new(Stage::Running),
            main_pending: Cell::new(false),
            exit_code: Cell::new(None),
            fatal: RefCell::new(None),
        })
    }

    /// Looks at the clock, as Node does at each insertion and at each step of an iteration.
    pub fn update_time(&self) -> u64 {
        let now = self.time.now();
        self.loop_time.set(now);
        now
    }

    pub fn is_stopping(&self) -> bool {
        !matches!(self.stage.get(), Stage::Running | Stage::Exiting)
    }

    pub fn is_closed(&self) -> bool {
        self.stage.get() == Stage::Closed
    }
}

/// What belongs to a loop and has a key there; in another loop of the thread it is not found.
#[derive(Clone, Debug)]
pub struct LoopKey<K> {
    /// Nothing if it was scheduled while the loop was being taken apart.
    key: Option<K>,
    of: u32,
    here: PhantomData<Rc<()>>,
}

impl<K: Copy> LoopKey<K> {
    pub fn new(event_loop: &EventLoop, key: Option<K>) -> Self {
        let (of, here) = (event_loop.id, PhantomData);
        Self { key, of, here }
    }

    /// Calls `action`, which calls no foreign code, with the loop and the key.
    pub fn find<R>(&self, action: impl FnOnce(&EventLoop, K) -> R) -> Option<R> {
        let found = try_with(|event_loop| {
            let key = self.key.filter(|_| event_loop.id == self.of)?;
            Some(action(event_loop, key))
        });
        found.flatten()
    }
}

/// Queues `what` in the loop of this thread; when that is being taken apart, `what` is dropped, where nothing is borrowed.
#[track_caller]
pub fn schedule<T, K: Copy>(what: T, queue: impl FnOnce(&EventLoop, T) -> K) -> LoopKey<K> {
    let mut what = Some(what);
    with(|event_loop| {
        let open = !event_loop.is_closed();
        let key = what.take_if(|_| open).map(|what| queue(event_loop, what));
        LoopKey::new(event_loop, key)
    })
}

/// Makes `event_loop` the one of this thread until the guard is dropped.
#[track_caller]
pub fn enter(event_loop: &Rc<EventLoop>) -> Entered {
    CURRENT.with_borrow_mut(|current| {
        assert!(
            current.is_none(),
            "an event loop already runs on this thread: use spawn() inside it, or another thread for another loop"
        );
        *current = Some(Rc::clone(event_loop));
    });
    Entered
}

pub struct Entered;

impl Drop for Entered {
    /// Leaves the loop, also when a panic goes through it.
    fn drop(&mut self) {
        current().clear();
        // Dropped outside of the borrow: what it holds may look for its loop.
        let last = CURRENT.take();
        drop(last);
    }
}

/// Calls `action`, which calls no foreign code, with the loop of this thread.
#[track_caller]
pub fn with<R>(action: impl FnOnce(&Rc<EventLoop>) -> R) -> R {
    match try_with(action) {
        Some(result) => result,
        None => panic!(
            "no event loop runs on this thread: call this inside event_loop::run(async {{ .. }}) or event_loop::run_script(|| ..)"
        ),
    }
}

/// As [`with`]; nothing where no loop runs.
pub fn try_with<R>(action: impl FnOnce(&Rc<EventLoop>) -> R) -> Option<R> {
    let found = CURRENT.try_with(|current| current.borrow().as_ref().map(action));
    found.ok().flatten()
}

/// The loop of this thread, to be used while foreign code runs.
#[track_caller]
pub fn current() -> Rc<EventLoop> {
    with(Rc::clone)
}
