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

use crate::alarm::Alarm;
use crate::current::Loop;
use crate::drain::Microtask;
use crate::slots::Key;

/// What the poll phase hands on.
pub enum Arrival {
    /// A task was woken from outside.
    Task(Key),
    /// The pool has done a job.
    Job(Key),
}

/// Where other threads leave what has arrived.
#[derive(Default)]
pub struct Inbox(Mutex<Letters>);

#[derive(Default)]
struct Letters {
    arrivals: Vec<Arrival>,
    gate: Option<Waker>,
}

impl Inbox {
    pub fn deliver(&self, arrival: Arrival) {
        let gate = {
            let mut letters = self.lock();
            letters.arrivals.push(arrival);
            letters.gate.take()
        };
        if let Some(gate) = gate {
            gate.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Letters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Kernel {
    /// There until the loop is dropped.
    runtime: Option<Runtime>,
    pub inbox: Arc<Inbox>,
    arrived: RefCell<Vec<Arrival>>,
    /// Wakes the wait from this thread.
    gate: RefCell<Option<Waker>>,
    polling: Cell<bool>,
    alarm: Alarm,
}

/// How long to poll.
#[derive(Clone, Copy)]
enum Wait {
    /// See what is there.
    No,
    /// Until this time of the loop's clock, which is so far away.
    Until(u64, Duration),
    Forever,
}

impl Kernel {
    pub fn new(pool: usize) -> io::Result<Self> {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.enable_all().max_blocking_threads(pool).build()?;
        let alarm = {
            let _inside = runtime.enter();
            Alarm::new()?
        };
        Ok(Self {
            runtime: Some(runtime),
            inbox: Arc::default(),
            arrived: RefCell::default(),
            gate: RefCell::default(),
            polling: Cell::new(false),
            alarm,
        })
    }

    pub fn runtime(&self) -> &Runtime {
        self.runtime
            .as_ref()
            .expect("the runtime is taken when the loop is dropped")
    }

    /// Whether tokio's driver is being turned: what is woken now was woken by the kernel.
    pub fn is_polling(&self) -> bool {
        self.polling.get()
    }

    pub fn arrived(&self, arrival: Arrival) {
        self.arrived.borrow_mut().push(arrival);
        if let Some(gate) = &*self.gate.borrow() {
            gate.wake_by_ref();
        }
    }

    pub fn has_arrivals(&self) -> bool {
        !self.arrived.borrow().is_empty() || !self.inbox.lock().arrivals.is_empty()
    }

    fn take_arrivals(&self) -> Vec<Arrival> {
        let mut arrivals = self.arrived.take();
        arrivals.append(&mut self.inbox.lock().arrivals);
        arrivals
    }

    fn turn(&self, wait: Wait) {
        self.polling.set(true);
        match wait {
            Wait::No => self.runtime().block_on(tokio::task::yield_now()),
            Wait::Forever => self.runtime().block_on(poll_fn(|cx| self.poll_gate(cx))),
            Wait::Until(then, rest) => {
                self.alarm.set(then, rest);
                self.runtime()
                    .block_on(poll_fn(|cx| match self.poll_gate(cx) {
                        Poll::Pending => self.alarm.poll(cx),
                        ready => ready,
                    }));
            }
        }
        self.polling.set(false);
    }

    /// Ready as soon as something has arrived.
    fn poll_gate(&self, cx: &Context<'_>) -> Poll<()> {
        let mut gate = self.gate.borrow_mut();
        if !gate.as_ref().is_some_and(|gate| gate.will_wake(cx.waker())) {
            *gate = Some(cx.waker().clone());
        }
        let mut letters = self.inbox.lock();
        if !letters.arrivals.is_empty() || !self.arrived.borrow().is_empty() {
            return Poll::Ready(());
        }
        if letters.gate.is_none() {
            letters.gate = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        self.inbox.lock().gate = None;
        self.gate.take();
        if let Some(runtime) = self.runtime.take() {
            // A job of the pool may never return: nobody waits for it.
            runtime.shutdown_background();
        }
    }
}

impl Loop {
    /// Waits until something can go on, then hands on what has arrived, one by one, with a drain after each.
    pub fn poll_phase(&self) {
        self.wait();
        self.update_time();
        for arrival in self.kernel.take_arrivals() {
            if self.stopping.get() {
                return;
            }
            match arrival {
                Arrival::Task(task) => {
                    // Not polled on the spot: a tick of the continuation must come after the other microtasks (R4).
                    self.microtasks
                        .borrow_mut()
                        .push_back(Microtask::Poll(task));
                    self.drain();
                }
                Arrival::Job(job) => {
                    let done = self.jobs.borrow_mut().remove(job);
                    if done.is_none_or(|done| self.call(done)) {
                        self.drain();
                    }
                }
            }
        }
    }

    /// Polls for as long as nothing else is to be done (R17); not at all if nothing could arrive.
    fn wait(&self) {
        let jobs = !self.jobs.borrow().is_empty();
        let outside = jobs
            || self.tasks.may_await_the_outside()
            || self.kernel.runtime().metrics().num_alive_tasks() > 0;
        let busy = self.immediates.borrow().refs > 0
            || !self.closing.borrow().is_empty()
            || self.kernel.has_arrivals();
        let alarm = self.timers.borrow().alarm;
        match alarm {
            _ if busy => {
                if outside {
                    self.kernel.turn(Wait::No);
                }
            }
            None => self.kernel.turn(Wait::Forever),
            Some(then) if !self.time.is_virtual() => {
                let rest = then.saturating_sub(self.time.now());
                self.kernel
                    .turn(Wait::Until(then, Duration::from_nanos(rest)));
            }
            Some(_) if jobs => self.kernel.turn(Wait::Forever), // a virtual clock stands still while the pool works
            Some(then) => {
                if outside {
                    self.kernel.turn(Wait::No);
                }
                if !self.kernel.has_arrivals() {
                    self.time.jump_to(then);
                }
            }
        }
    }
}
