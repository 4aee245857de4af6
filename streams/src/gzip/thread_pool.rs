//! A few threads for work that keeps a core busy, shared by all streams of the process.
//!
//! Node's zlib shares libuv's four threads in the same way. `spawn_blocking` is for waiting: it has hundreds
//! of threads. A semaphore before it would not do: a stream that is not polled for a while would keep its permits.
//! Here the first job starts the first thread, there are never more than cores, and a thread without work ends
//! after some seconds.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Error;

static POOL: ThreadPool = ThreadPool::new(Duration::from_secs(5));

type Job = Box<dyn FnOnce() + Send>;

struct ThreadPool {
    state: Mutex<State>,
    job_queued: Condvar,
    /// How long a thread waits for a job before it ends.
    keep_alive: Duration,
}

/// The queue needs no bound: each stream waits for its jobs before it queues more.
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    busy_threads: usize,
}

/// Runs `job` on a thread of the pool and returns its result. A job whose future is dropped before its turn is not run.
///
/// # Errors
///
/// [`Error::Panicked`] if the job has panicked.
pub(super) async fn run<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let (sender, result) = oneshot::channel();
    POOL.queue(Box::new(move || {
        let done = (!sender.is_closed()).then(|| catch_unwind(AssertUnwindSafe(job)));
        // Before the result is sent: the next job starts no thread then, since this one is free for it.
        POOL.lock().busy_threads -= 1;
        if let Some(Ok(done)) = done {
            // Fails if the future was dropped meanwhile.
            let _ = sender.send(done);
        }
    }));
    result.await.map_err(|_| Error::Panicked)
}

impl State {
    fn next_job(&mut self) -> Option<Job> {
        let job = self.jobs.pop_front()?;
        self.busy_threads += 1;
        Some(job)
    }
}

impl ThreadPool {
    const fn new(keep_alive: Duration) -> Self {
        Self {
            state: Mutex::new(State {
                jobs: VecDeque::new(),
                threads: 0,
                busy_threads: 0,
            }),
            job_queued: Condvar::new(),
            keep_alive,
        }
    }

    fn queue(&'static self, job: Job) {
        let mut state = self.lock();
        state.jobs.push_back(job);
        if state.busy_threads + state.jobs.len() > state.threads && state.threads < num_cpus::get()
        {
            let thread = thread::Builder::new().name("streams".to_owned());
            state.threads += usize::from(thread.spawn(|| self.work()).is_ok());
        }
        self.job_queued.notify_one();
        // The system has no thread for the pool: this one does the work.
        while state.threads == 0
            && let Some(job) = state.next_job()
        {
            drop(state);
            job();
            state = self.lock();
        }
    }

    fn work(&self) {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.next_job() {
                drop(state);
                job();
                state = self.lock();
                continue;
            }
            let waited = self.job_queued.wait_timeout(state, self.keep_alive);
            let (woken, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() && state.jobs.is_empty() {
                state.threads -= 1;
                return;
            }
        }
    }

    /// No job runs under the lock, so a panic leaves no half-done change.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_thread_without_work_ends() {
        static POOL: ThreadPool = ThreadPool::new(Duration::from_millis(1));
        let (sender, done) = std::sync::mpsc::channel();

        POOL.queue(Box::new(move || {
            POOL.lock().busy_threads -= 1;
            sender.send(thread::current().id()).unwrap();
        }));

        assert_ne!(done.recv().unwrap(), thread::current().id());
        let deadline = Instant::now() + Duration::from_secs(60);
        while POOL.lock().threads > 0 {
            assert!(Instant::now() < deadline, "it waits on");
            thread::sleep(Duration::from_millis(1));
        }
    }
}
