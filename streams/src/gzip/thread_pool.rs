//! A few threads for work that keeps a core busy, shared by all streams of the process.
//!
//! Node's zlib shares libuv's four threads in the same way. `spawn_blocking` is for waiting: it has
//! hundreds of threads and no notion of how many should compute at once. Here the first job starts the
//! first thread, there are never more than cores, and a thread without work ends after some seconds.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
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

type Job = Box<dyn FnOnce() -> Finished + Send>;

/// The rest of a job when its thread is free again.
struct Finished {
    deliver: Box<dyn FnOnce()>,
    next: Option<Job>,
}

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

/// The jobs of one stream, of which only a few may run at a time.
pub(super) struct Lane {
    max_running: usize,
    state: Mutex<LaneState>,
}

#[derive(Default)]
struct LaneState {
    running: usize,
    waiting: VecDeque<Job>,
}

impl Lane {
    /// Makes a lane for at most `max_running` jobs at a time, and never more than the pool has threads.
    pub(super) fn new(max_running: usize) -> Arc<Self> {
        Arc::new(Self {
            max_running: max_running.min(POOL.max_threads),
            state: Mutex::default(),
        })
    }

    pub(super) fn max_running(&self) -> usize {
        self.max_running
    }

    /// Queues `job` at once and returns its result. A job whose future is dropped before its turn is not run.
    ///
    /// # Errors
    ///
    /// [`Error::Panicked`] if the job has panicked.
    pub(super) fn run<T, J>(
        self: &Arc<Self>,
        job: J,
    ) -> impl Future<Output = Result<T, Error>> + use<T, J>
    where
        T: Send + 'static,
        J: FnOnce() -> T + Send + 'static,
    {
        let (result, received) = oneshot::channel();
        let lane = Arc::clone(self);
        let job: Job = Box::new(move || {
            let done = (!result.is_closed()).then(job);
            Finished {
                // Fails if the future was dropped meanwhile.
                deliver: Box::new(|| drop(done.map(|done| result.send(done)))),
                next: lane.next(),
            }
        });
        let mut state = lock(&self.state);
        if state.running < self.max_running {
            state.running += 1;
            drop(state);
            POOL.queue(job);
        } else {
            state.waiting.push_back(job);
        }
        async { received.await.map_err(|_| Error::Panicked) }
    }

    fn next(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        let next = state.waiting.pop_front();
        state.running -= usize::from(next.is_none());
        next
    }
}

impl ThreadPool {
    fn queue(&'static self, job: Job) {
        let mut state = lock(&self.state);
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
        while state.threads == 0
            && let Some(job) = state.jobs.pop_front()
        {
            drop(state);
            let finished = job();
            state = lock(&self.state);
            state.jobs.extend(finished.next);
            (finished.deliver)();
        }
    }

    fn work(&self) {
        let mut state = lock(&self.state);
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.busy_threads += 1;
                drop(state);
                // A panic is reported by `run`, whose channel is dropped.
                let finished = catch_unwind(AssertUnwindSafe(job)).ok();
                state = lock(&self.state);
                state.busy_threads -= 1;
                if let Some(Finished { deliver, next }) = finished {
                    // This thread is free for it: no other need wake up.
                    state.jobs.extend(next);
                    drop(state);
                    deliver();
                    state = lock(&self.state);
                }
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
}

/// No job runs under a lock, so a panic leaves no half-done change.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
