//! Running a loop, from its main program to its exit code.
//!
//! Node runs an ES module or a `CommonJS` script, and the loop begins when its body has returned. The body of a module is a microtask, so a
//! promise there comes before a tick; in a script, and in every callback later on, it is the other way round.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::num::NonZeroUsize;
use std::panic::Location;
use std::pin::pin;
use std::process::{ExitCode, Termination};
use std::rc::Rc;

use crate::api::clock::Clock;
use crate::api::promise::{Promise, settled};
use crate::callback::{BoxError, CallbackResult, SpanKind};
use crate::data::listeners::ProcessEvent;
use crate::error::Error;
use crate::event_loop::{EventLoop, Stage, enter};
use crate::phases::microtasks::Microtask;
use crate::probe;

/// How a loop is to be run.
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use event_loop::*;
/// # use event_loop::println;
/// let exit = Builder::new().clock(Clock::Virtual).run_script(|| {
///     set_timeout(Duration::from_secs(3600), || println!("An hour passes in no time."));
/// });
/// assert_eq!(exit.code(), 0);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Builder {
    clock: Clock,
    /// Four threads if nothing is said, as in Node.
    pool: Option<NonZeroUsize>,
}

/// Runs `main` as Node runs an ES module, then the loop until nothing is left to do.
///
/// Do not call tokio's `Handle::block_on` in it: it would wait for a driver that runs in the poll phase only.
///
/// # Examples
///
/// ```
/// use event_loop::{next_tick, queue_microtask, run};
///
/// fn main() -> event_loop::Exit {
///     run(async {
///         next_tick(|| println!("second"));
///         queue_microtask(|| println!("first"));
///     })
/// }
/// ```
///
/// # Panics
///
/// If a loop runs on this thread already, or in async code of tokio, whose thread it would block: call it in
/// `tokio::task::spawn_blocking`, or start no other runtime. tokio's sockets, files and channels work inside of the loop.
#[track_caller]
pub fn run<F>(main: F) -> Exit
where
    F: Future<Output: CallbackResult> + 'static,
{
    Builder::new().run(main)
}

/// Runs `main` as Node runs a `CommonJS` script, then the loop until nothing is left to do.
///
/// # Panics
///
/// As [`run`].
#[track_caller]
pub fn run_script<R: CallbackResult>(main: impl FnOnce() -> R + 'static) -> Exit {
    Builder::new().run_script(main)
}

impl Builder {
    /// The machine's clock, and four threads in the pool.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Chooses the clock.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Sets how many jobs of [`spawn_blocking`](crate::spawn_blocking) run at a time. Node: `UV_THREADPOOL_SIZE`.
    #[must_use]
    pub fn pool(mut self, threads: NonZeroUsize) -> Self {
        self.pool = Some(threads);
        self
    }

    /// As [`run`].
    ///
    /// # Panics
    ///
    /// As [`run`].
    #[track_caller]
    pub fn run<F>(self, main: F) -> Exit
    where
        F: Future<Output: CallbackResult> + 'static,
    {
        let here = Location::caller();
        self.run_loop(move |event_loop| {
            let body = Box::pin(run_main(Rc::clone(event_loop), main));
            let main = probe::at_location(here, || event_loop.add_task(body));
            event_loop.main_pending.set(true);
            let mut microtasks = event_loop.microtasks.borrow_mut();
            microtasks.push_back(Microtask::Poll(main));
        })
    }

    /// As [`run_script`].
    ///
    /// # Panics
    ///
    /// As [`run`].
    #[track_caller]
    pub fn run_script<R: CallbackResult>(self, main: impl FnOnce() -> R + 'static) -> Exit {
        self.run_loop(|event_loop| {
            event_loop.call(|| main().into_callback_result().map(drop));
        })
    }

    #[track_caller]
    fn run_loop(self, start: impl FnOnce(&Rc<EventLoop>)) -> Exit {
        let event_loop = match EventLoop::new(self.clock, self.pool.map_or(4, NonZeroUsize::get)) {
            Ok(event_loop) => Rc::new(event_loop),
            Err(error) => {
                let error = Some(Error::Start(BoxError::from(error).into()));
                return Exit { code: 1, error };
            }
        };
        assert!(
            event_loop.poller.may_block(),
            "an event loop cannot run in async code of tokio, whose thread it would block: start it in tokio::task::spawn_blocking, or without a runtime around it"
        );
        let entered = enter(&event_loop);
        probe::loop_begins();
        let _tokio = event_loop.poller.runtime().enter();
        {
            let _slice = probe::phase(SpanKind::Main);
            start(&event_loop);
            event_loop.drain();
        }
        event_loop.run_until_idle();
        let exit = event_loop.finish();
        drop(entered);
        exit
    }
}

/// The main future, and what becomes of its failure. Node's loader passes it on through four promises, one more if main has waited.
async fn run_main<F: Future<Output: CallbackResult>>(event_loop: Rc<EventLoop>, main: F) {
    let polls = Cell::new(0);
    let mut main = pin!(settled(main));
    let result = poll_fn(|cx| {
        polls.set(polls.get() + 1);
        main.as_mut().poll(cx)
    });
    let result = result.await;
    event_loop.main_pending.set(false);
    let Err(error) = result else { return };
    // Node's lib/internal/modules: esm/module_job.js, esm/loader.js, run_main.js await each other.
    for _ in 0..if polls.get() > 1 { 5 } else { 4 } {
        drop(Promise::resolved(()).await);
    }
    event_loop.uncaught(match error {
        Error::Rejected(cause) => Error::Uncaught(cause),
        other => other,
    });
}

impl EventLoop {
    /// The end: calls the exit listeners and gives the code.
    fn finish(&self) -> Exit {
        let is_natural = self.stage.get() == Stage::Running;
        if is_natural && self.main_pending.get() && self.exit_code.get().is_none() {
            self.exit_code.set(Some(13));
            self.fatal.borrow_mut().get_or_insert(Error::Unsettled);
        }
        if self.stage.replace(Stage::Exiting) != Stage::Aborting {
            let code = self.exit_code.get().unwrap_or(0);
            if self.emit(ProcessEvent::Exit, &Ok(code)) && is_natural {
                self.run_microtasks();
            }
        }
        Exit {
            code: self.exit_code.get().unwrap_or(0),
            error: self.fatal.take(),
        }
    }

    /// Drops what will never run, while the loop is still there for destructors that look for it.
    pub fn clear(&self) {
        self.stage.set(Stage::Closed);
        // Each is taken out first: what it drops may look for its loop, where nothing is borrowed.
        drop(self.tasks.all.take());
        drop(self.ticks.take());
        drop(self.microtasks.take());
        drop(self.timers.take());
        drop(self.immediates.take());
        drop(self.closing.take());
        drop(self.jobs.take());
        drop(self.rejections.take());
        drop(self.listeners.take());
    }
}

/// How a loop ended. As the value of `main` it prints the error, if there was one, and is the status of the process.
#[derive(Clone, Debug)]
#[must_use = "it tells whether the loop failed"]
pub struct Exit {
    code: i32,
    error: Option<Error>,
}

impl Exit {
    /// Returns the exit code.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.code
    }

    /// Returns the error that ended the loop, if one did.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Returns the error that ended the loop as an `Err`.
    ///
    /// # Errors
    ///
    /// What [`Exit::error`] gives.
    pub fn into_result(self) -> Result<i32, Error> {
        self.error.map_or(Ok(self.code), Err)
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        let mut cause: Option<&dyn std::error::Error> = self.error.as_ref().map(|error| error as _);
        while let Some(error) = cause {
            eprintln!("{error}");
            cause = error.source();
        }
        // The system keeps the lowest eight bits, of Node's codes too.
        ExitCode::from(self.code as u8)
    }
}
