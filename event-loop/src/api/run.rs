//! Running a loop, from its main program to its exit code.
//!
//! Node runs an ES module or a `CommonJS` script, and the loop begins when its body has returned. The body of a module is a microtask, so a
//! promise there comes before a tick; in a script, and in every callback later on, it is the other way round (R4).

use std::future::Future;
use std::num::NonZeroUsize;
use std::panic::Location;
use std::process::{ExitCode, Termination};
use std::rc::Rc;

use crate::api::clock::Clock;
use crate::api::promise::settled;
use crate::callback::CallbackResult;
use crate::error::Error;
use crate::event_loop::{Entered, EventLoop, enter};
use crate::phases::microtasks::Microtask;
use crate::trace::{self, SourceLocation};

/// How a loop is to be run.
///
/// # Examples
///
/// ```
/// # use std::time::Duration;
/// # use event_loop::*;
/// // An hour that takes no time.
/// let exit = Builder::new().clock(Clock::Virtual).run(sleep_for_an_hour());
/// assert_eq!(exit.code(), 0);
///
/// async fn sleep_for_an_hour() {
///     sleep(Duration::from_secs(3600)).await;
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    clock: Clock,
    pool: NonZeroUsize,
}

/// Runs `main` as Node runs an ES module, then the loop until nothing is left to do.
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
/// If a loop runs on this thread already.
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
/// If a loop runs on this thread already.
#[track_caller]
pub fn run_script<R: CallbackResult>(main: impl FnOnce() -> R + 'static) -> Exit {
    Builder::new().run_script(main)
}

impl Default for Builder {
    fn default() -> Self {
        Self::new()
    }
}

impl Builder {
    /// The machine's clock, and four threads in the pool.
    #[must_use]
    pub fn new() -> Self {
        Self {
            clock: Clock::Real,
            pool: NonZeroUsize::new(4).expect("4 is not 0"),
        }
    }

    /// The clock to live by.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many jobs of [`spawn_blocking`](crate::spawn_blocking) run at a time. Node: `UV_THREADPOOL_SIZE`.
    #[must_use]
    pub fn pool(mut self, threads: NonZeroUsize) -> Self {
        self.pool = threads;
        self
    }

    /// As [`run`].
    ///
    /// # Panics
    ///
    /// If a loop runs on this thread already.
    #[track_caller]
    pub fn run<F>(self, main: F) -> Exit
    where
        F: Future<Output: CallbackResult> + 'static,
    {
        let here = Location::caller();
        self.run_loop(move |event_loop| {
            let ours = Rc::clone(event_loop);
            let body = Box::pin(async move {
                let ended = settled(main).await;
                ours.main_pending.set(false);
                if let Err(error) = ended {
                    ours.uncaught(uncaught(error));
                }
            });
            let main =
                trace::at_location(|| SourceLocation::Rust(here), || event_loop.add_task(body));
            event_loop.main_pending.set(true);
            event_loop
                .microtasks
                .borrow_mut()
                .push_back(Microtask::Poll(main));
        })
    }

    /// As [`run_script`].
    ///
    /// # Panics
    ///
    /// If a loop runs on this thread already.
    #[track_caller]
    pub fn run_script<R: CallbackResult>(self, main: impl FnOnce() -> R + 'static) -> Exit {
        self.run_loop(|event_loop| {
            event_loop.call(|| main().into_callback_result().map(drop));
        })
    }

    #[track_caller]
    fn run_loop(self, start: impl FnOnce(&Rc<EventLoop>)) -> Exit {
        let event_loop = match EventLoop::new(self.clock, self.pool.get()) {
            Ok(event_loop) => Rc::new(event_loop),
            Err(error) => {
                let (code, error) = (1, Some(Error::start(error)));
                return Exit { code, error };
            }
        };
        trace::loop_begins();
        let current = enter(&event_loop);
        let closing = Closing(&event_loop, current);
        let _tokio = event_loop.poller.runtime().enter();
        {
            let _slice = trace::phase("main");
            start(&event_loop);
            event_loop.drain();
        }
        event_loop.run_until_idle();
        let exit = event_loop.finish();
        drop(closing);
        exit
    }
}

/// An error of main is one that nobody caught.
fn uncaught(error: Error) -> Error {
    match error {
        Error::Rejected(cause) => Error::Uncaught(cause),
        other => other,
    }
}

impl EventLoop {
    /// The end: the code, and those who want to know it.
    fn finish(&self) -> Exit {
        let natural = !self.stopping.get();
        if natural && self.main_pending.get() && self.exit_code.get().is_none() {
            self.exit_code.set(Some(13));
            self.fatal.borrow_mut().get_or_insert(Error::Unsettled);
        }
        let code = self.exit_code.get().unwrap_or(0);
        self.emit(&self.on_exit, &code);
        if natural {
            self.run_microtasks();
        }
        Exit {
            code: self.exit_code.get().unwrap_or(0),
            error: self.fatal.take(),
        }
    }

    /// Drops what will never run, while the loop is still there for those whose `drop` looks for it.
    fn clear(&self) {
        self.closed.set(true);
        self.stopping.set(true);
        drop(self.tasks.take_all());
        drop(self.ticks.take());
        drop(self.microtasks.take());
        let timers = self.timers.borrow_mut().all.take_all();
        drop(timers);
        let immediates = self.immediates.borrow_mut().take_all();
        drop(immediates);
        drop(self.closing.take());
        let jobs = self.jobs.borrow_mut().take_all();
        drop(jobs);
        drop(self.rejections.take());
        self.on_before_exit.clear();
        self.on_exit.clear();
        self.on_uncaught.clear();
        self.on_unhandled_rejection.clear();
        self.on_rejection_handled.clear();
    }
}

/// Leaves the loop also when a panic goes through it.
struct Closing<'a>(&'a EventLoop, Entered);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.clear();
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
    /// The exit code.
    #[must_use]
    pub fn code(&self) -> i32 {
        self.code
    }

    /// The error that ended the loop, if one did.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The error that ended the loop as an `Err`.
    ///
    /// # Errors
    ///
    /// What [`Exit::error`] gives.
    pub fn into_result(self) -> Result<i32, Error> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.code),
        }
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
