//! The thread pool: work that would block the loop runs beside it.
//!
//! libuv has four threads for files, name lookups, crypto and zlib, and hands on the results one by one in the poll phase. Here it is tokio's
//! pool, of the same size unless [`Builder::pool`](crate::Builder::pool) says otherwise; tokio's own file operations share it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::api::promise::Promise;
use crate::callback::{CallbackResult, SpanKind, once_callback};
use crate::data::poller::Completion;
use crate::error::Error;
use crate::event_loop::with;
use crate::probe;

/// Runs `work` on a thread of the pool and promises its result, which arrives in the poll phase. Node: `fs.promises`, `util.promisify`.
///
/// # Examples
///
/// ```
/// # use event_loop::*;
/// # use event_loop::println;
/// run(async {
///     assert_eq!(spawn_blocking(|| 6 * 7).await?, 42);
///     Ok::<_, Error>(())
/// });
/// ```
///
/// # Panics
///
/// Outside a loop. A panic of `work` is an error of the promise.
#[track_caller]
pub fn spawn_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Promise<T> {
    let (promise, resolver) = Promise::pending();
    spawn_blocking_with(work, |result| resolver.settle(result));
    promise
}

/// Runs `work` on a thread of the pool and calls `done` with its result in the poll phase. Node: `fs.readFile(path, callback)`.
///
/// # Panics
///
/// Outside a loop. A panic of `work` is an error that `done` gets.
#[track_caller]
pub fn spawn_blocking_with<T, R>(
    work: impl FnOnce() -> T + Send + 'static,
    done: impl FnOnce(Result<T, Error>) -> R + 'static,
) where
    T: Send + 'static,
    R: CallbackResult,
{
    let (sender, mut result) = oneshot::channel();
    let done = once_callback(SpanKind::JobDone, move || {
        let result = result.try_recv();
        let (result, timing) = result.expect("a job completes when its result is there");
        probe::job_done(&timing);
        done(result)
    });
    with(|event_loop| {
        if event_loop.is_closed() {
            return;
        }
        let job = event_loop.jobs.borrow_mut().insert(done);
        let completions = event_loop.poller.completions.clone();
        event_loop.poller.runtime().spawn_blocking(move || {
            let (result, timing) = probe::measure(|| catch_unwind(AssertUnwindSafe(work)));
            let result = result.map_err(|panic| Error::panicked(&*panic));
            // Errors mean that the loop has ended.
            let _ = sender.send((result, timing));
            let _ = completions.send(Completion::Job(job));
        });
    });
}
