//! A few threads for work that keeps a core busy, shared by all streams of the process.
//!
//! Node's zlib shares libuv's four threads in the same way. `spawn_blocking` is for waiting: it has
//! hundreds of threads and no notion of how many should compute at once. Here the first job starts the
//! first thread, there are never more than cores, and a thread without work ends after some seconds.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Error;

const KEEP_ALIVE: Duration = Duration::from_secs(5);

static POOL: LazyLock<ThreadPool> = LazyLock::new(|| ThreadPool {
    max_threads: num_cpus::get(),
    state: Mutex::default(),
    job_queued: Condvar::new(),
});

/// A job computes, and returns the delivery of its result: the thread is free before that.
type Job = Box<dyn FnOnce() -> Delivery + Send>;
type Delivery = Box<dyn FnOnce()>;

struct ThreadPool {
    max_threads: usize,
    state: Mutex<State>,
    job_queued: Condvar,
}

/// The queue needs no bound: each stream waits for its jobs before it queues more.
#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    busy_threads: usize,
}

/// Returns how many jobs may run at once.
pub(super) fn max_threads() -> usize {
    POOL.max_threads
}

/// Queues `job` at once and returns its result. A job whose future is dropped before its turn is not run.
///
/// # Errors
///
/// [`Error::Panicked`] if the job has panicked.
pub(super) fn run<T, J>(job: J) -> impl Future<Output = Result<T, Error>> + use<T, J>
where
    T: Send + 'static,
    J: FnOnce() -> T + Send + 'static,
{
    let (result, received) = oneshot::channel();
    POOL.queue(Box::new(move || {
        // Nothing waits for the result any more if the future was dropped.
        let done = (!result.is_closed()).then(job);
        Box::new(|| done.map_or((), |done| drop(result.send(done))))
    }));
    async { received.await.map_err(|_| Error::Panicked) }
}

impl ThreadPool {
    fn queue(&'static self, job: Job) {
        let mut state = self.lock();
        state.jobs.push_back(job);
        let wanted_threads = state.busy_threads + state.jobs.len();
        if wanted_threads <= state.threads || state.threads >= self.max_threads {
            self.job_queued.notify_one();
            return;
        }
        // Counted before it runs, so that two calls do not start one thread too many.
        state.threads += 1;
        let start = thread::Builder::new().name("streams".to_owned());
        if start.spawn(|| self.work()).is_ok() {
            return;
        }
        state.threads -= 1;
        // The system has no thread left: those that there are do it later, or this one does it now.
        if state.threads == 0 {
            while let Some(job) = state.jobs.pop_front() {
                drop(state);
                job()();
                state = self.lock();
            }
        }
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.busy_threads += 1;
                drop(state);
                // A panic is reported by `run`, whose channel is dropped.
                let delivery = catch_unwind(AssertUnwindSafe(job));
                self.lock().busy_threads -= 1;
                if let Ok(deliver) = delivery {
                    deliver();
                }
                state = self.lock();
                continue;
            }
            let (woken, timeout) = self
                .job_queued
                .wait_timeout(state, KEEP_ALIVE)
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() && state.jobs.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No job runs under the lock, so a panic leaves no half-done change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
