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
//! | `process.on(..)`, `process.exit` | [`on_exit`] and its like, [`exit`] |
//!
//! Read first: `turn.rs`, `drain.rs`, `timer_phase.rs`, `task.rs`, `kernel.rs`.
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

mod run;
pub use run::{Builder, Exit, run, run_script};

mod turn;

mod drain;
pub use drain::{next_tick, queue_microtask};

mod timeout;
pub use timeout::{Timeout, set_interval, set_timeout};

mod timer_phase;

mod timer_lists;

mod immediates;
pub use immediates::{Immediate, set_immediate};

mod close;
pub use close::close;

mod task;

mod promise;
pub use promise::{Promise, Resolver, spawn};

mod sleep;
pub use sleep::{Interval, Sleep, Turn, immediate, interval, sleep};

mod kernel;

mod alarm;

mod pool;
pub use pool::{spawn_blocking, spawn_blocking_with};

mod abort;
pub use abort::{AbortController, AbortSignal};

mod lifetime;
pub use lifetime::{
    exit, on_before_exit, on_exit, on_rejection_handled, on_uncaught, on_unhandled_rejection,
    set_exit_code,
};

mod rejections;

mod clock;
pub use clock::{Clock, busy, elapsed};

mod trace;
pub use trace::{Trace, at_line, mark, trace};

mod picture;
pub use picture::{NodeRun, Picture};

mod callback;
pub use callback::{BoxError, Outcome};

mod current;

mod slots;

mod error;
pub use error::{Error, Shared};
