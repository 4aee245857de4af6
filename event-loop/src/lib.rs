//! Node's event loop in Rust: the same phases, the same queues, the same order, and ordinary futures as its promises.
//!
//! | Node | here |
//! |---|---|
//! | an ES module, a `CommonJS` script | [`run`], [`run_script`] |
//! | `process.nextTick`, `queueMicrotask` | [`next_tick`], [`queue_microtask`] |
//! | `setTimeout`, `setInterval`, `setImmediate` | [`set_timeout`], [`set_interval`], [`set_immediate`] |
//! | `timers/promises` | [`sleep`], [`interval`], [`immediate`] |
//! | an async function, `Promise` | [`spawn`], [`Promise`] |
//! | the thread pool | [`spawn_blocking`] |
//! | sockets, files | tokio's, unchanged |
//! | `process.on(..)`, `process.exit` | [`on_exit`], [`on_uncaught`], [`exit`] |
//!
//! Read first: `phases/iteration.rs`, `phases/microtasks.rs`, `phases/timers.rs`, `phases/tasks.rs`, `phases/poll.rs`.
//!
//! ```
//! use std::time::Duration;
//! use event_loop::{next_tick, queue_microtask, run_script, set_immediate, set_timeout};
//!
//! let exit = run_script(|| {
//!     set_timeout(Duration::from_millis(20), || println!("5: timers"));
//!     set_immediate(|| println!("4: check"));
//!     queue_microtask(|| println!("3: microtasks"));
//!     next_tick(|| println!("2: ticks"));
//!     println!("1: synchronous code, to its end");
//! });
//!
//! assert_eq!(exit.code(), 0);
//! ```

mod event_loop;

mod data {
    pub mod immediate_queue;
    pub mod listeners;
    pub mod poller;
    pub mod task_table;
    pub mod time;
    pub mod timer_lists;
}

mod phases {
    mod check;
    pub mod close;
    mod events;
    mod iteration;
    pub mod microtasks;
    mod poll;
    pub mod rejections;
    pub mod tasks;
    mod timers;
}
pub use phases::close::close;
pub use phases::microtasks::{next_tick, queue_microtask};

mod api {
    pub mod clock;
    pub mod exit;
    pub mod immediate;
    pub mod promise;
    pub mod run;
    pub mod thread_pool;
    pub mod timeout;
}
pub use api::clock::{Clock, busy, elapsed};
pub use api::exit::{exit, exit_code, set_exit_code};
pub use api::immediate::{Immediate, set_immediate};
pub use api::promise::{Promise, Resolver, spawn};
pub use api::run::{Builder, Exit, run, run_script};
pub use api::thread_pool::{spawn_blocking, spawn_blocking_with};
pub use api::timeout::{Timeout, set_interval, set_timeout};

mod sys;

mod callback;
pub use callback::{BoxError, CallbackResult};

mod error;
pub use error::{Error, SharedError};

mod probe;
pub use probe::mark;

// The parts, which nothing above knows.

#[cfg(feature = "promises")]
mod promises {
    mod combinators;
    pub mod timers;
}
#[cfg(feature = "promises")]
pub use promises::timers::{ImmediateFuture, Interval, Sleep, immediate, interval, sleep};

#[cfg(feature = "abort")]
mod abort {
    pub mod controller;
    pub mod signal;
}
#[cfg(feature = "abort")]
pub use abort::{controller::AbortController, signal::AbortListener, signal::AbortSignal};

#[cfg(feature = "process")]
mod process {
    pub mod listeners;
}
#[cfg(feature = "process")]
pub use process::listeners::{
    Listener, ProcessEvent, on_before_exit, on_exit, on_rejection_handled, on_uncaught,
    on_unhandled_rejection, remove_all_listeners,
};

#[cfg(feature = "trace")]
mod trace;
#[cfg(feature = "trace")]
pub use trace::{Trace, at_line, trace};

#[cfg(feature = "trace")]
mod report;
#[cfg(feature = "trace")]
pub use report::{NodeProgram, Report};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
