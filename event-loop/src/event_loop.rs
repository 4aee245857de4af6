//! The loop of this thread, and all that it knows.
//!
//! Node's loop is there before the first line runs. Here a thread has one for as long as [`run`](crate::run) runs. Every part lies in a cell
//! of its own, and no borrow outlives a statement that calls no foreign code: that is why a callback may call anything.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::rc::Rc;

use crate::api::clock::Clock;
use crate::callback::OnceCallback;
use crate::data::immediate_queue::Immediates;
use crate::data::listeners::Listeners;
use crate::data::poller::Poller;
use crate::data::slot_map::SlotMap;
use crate::data::task_table::Tasks;
use crate::data::time::Time;
use crate::data::timer_lists::Timers;
use crate::error::Error;
use crate::phases::microtasks::Microtask;
use crate::phases::rejections::Rejections;

pub struct EventLoop {
    /// Tells a handle of this loop from one of the thread's last loop.
    pub id: u32,
    pub time: Time,
    /// What Node calls `uv_now()`: the time when somebody last looked.
    pub loop_time: Cell<u64>,

    pub ticks: RefCell<VecDeque<OnceCallback>>,
    pub microtasks: RefCell<VecDeque<Microtask>>,
    pub rejections: RefCell<Rejections>,

    pub timers: RefCell<Timers>,
    pub immediates: RefCell<Immediates>,
    pub closing: RefCell<Vec<OnceCallback>>,
    pub tasks: Tasks,
    pub poller: Poller,
    /// What to do with the results of the pool.
    pub jobs: RefCell<SlotMap<OnceCallback>>,

    pub on_before_exit: Listeners<i32>,
    pub on_exit: Listeners<i32>,
    pub on_uncaught: Listeners<Error>,
    pub on_unhandled_rejection: Listeners<Error>,
    pub on_rejection_handled: Listeners<Error>,

    /// Nothing more is to run.
    pub stopping: Cell<bool>,
    /// The loop is being taken apart: what is scheduled now is dropped.
    pub closed: Cell<bool>,
    /// The main future has not come to its end.
    pub main_pending: Cell<bool>,
    pub exit_code: Cell<Option<i32>>,
    pub fatal: RefCell<Option<Error>>,
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
            timers: RefCell::new(Timers::new()),
            immediates: RefCell::default(),
            closing: RefCell::default(),
            tasks: Tasks::new(),
            poller: Poller::new(pool)?,
            jobs: RefCell::new(SlotMap::new()),
            on_before_exit: Listeners::default(),
            on_exit: Listeners::default(),
            on_uncaught: Listeners::default(),
            on_unhandled_rejection: Listeners::default(),
            on_rejection_handled: Listeners::default(),
            stopping: Cell::new(false),
            closed: Cell::new(false),
            main_pending: Cell::new(false),
            exit_code: Cell::new(None),
            fatal: RefCell::new(None),
        })
    }

    /// Looks at the clock, as Node does at each insertion and at each step of a turn.
    pub fn update_time(&self) -> u64 {
        let now = self.time.now();
        self.loop_time.set(now);
        now
    }
}

/// Makes `event_loop` the one of this thread until the guard is dropped.
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
    fn drop(&mut self) {
        // Dropped outside of the borrow: what it holds may look for its loop.
        let last = CURRENT.take();
        drop(last);
    }
}

/// Calls `action`, which calls no foreign code, with the loop of this thread.
#[track_caller]
pub fn with<R>(action: impl FnOnce(&EventLoop) -> R) -> R {
    match try_with(action) {
        Some(result) => result,
        None => panic!(
            "no event loop runs on this thread: call this inside event_loop::run(async {{ .. }}) or event_loop::run_script(|| ..)"
        ),
    }
}

/// As [`with`]; nothing where no loop runs.
pub fn try_with<R>(action: impl FnOnce(&EventLoop) -> R) -> Option<R> {
    let found = CURRENT.try_with(|current| current.borrow().as_deref().map(action));
    found.ok().flatten()
}

/// The loop of this thread, to be used while foreign code runs.
#[track_caller]
pub fn current() -> Rc<EventLoop> {
    let found = CURRENT.with_borrow(Clone::clone);
    found.unwrap_or_else(|| with(|_| unreachable!("no loop")))
}
