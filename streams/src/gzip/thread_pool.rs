//! A few threads for work that keeps a core busy, shared by all streams of the process.
//!
//! Node's zlib shares libuv's four threads in the same way. `spawn_blocking` is for waiting: it has hundreds
//! of threads. A semaphore before it would not do: a stream that is not polled for a while would keep its permits.
//! A runtime of its own would not do either: tokio starts another thread for a job that comes before the last one's
//! thread is idle again. Here the first job starts the first thread, there are never more than cores, and a thread
//! without work ends after some seconds.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Error;

/// How long a thread waits for a job before it ends.
const KEEP_ALIVE: Duration = Duration::from_millis(if cfg!(test) { 1 } else { 5_000 });

static POOL: Mutex<Pool> = Mutex::new(Pool {
    jobs: VecDeque::new(),
    unfinished_jobs: 0,
    threads: 0,
});

static JOB_QUEUED: Condvar = Condvar::new();

type Job = Box<dyn FnOnce() + Send>;

struct Pool {
    /// Needs no bound: each stream waits for its jobs before it queues more.
    jobs: VecDeque<Job>,
    /// Those that are queued, and those that a thread works on.
    unfinished_jobs: usize,
    threads: usize,
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
    queue(Box::new(move || {
        let done = (!sender.is_closed()).then(|| catch_unwind(AssertUnwindSafe(job)));
        // Before the result is sent: the next job starts no thread then, since this one is free for it.
        lock().unfinished_jobs -= 1;
        if let Some(Ok(done)) = done {
            // Fails if the future was dropped meanwhile.
            let _ = sender.send(done);
        }
    }));
    result.await.map_err(|_| Error::Panicked)
}

fn queue(job: Job) {
    let mut pool = lock();
    pool.jobs.push_back(job);
    pool.unfinished_jobs += 1;
    if pool.unfinished_jobs > pool.threads && pool.threads < num_cpus::get() {
        let thread = thread::Builder::new().name("streams".to_owned());
        pool.threads += usize::from(thread.spawn(work).is_ok());
    }
    JOB_QUEUED.notify_one();
    if pool.threads == 0 {
        // The system has no thread for the pool: this one does the work.
        let jobs = std::mem::take(&mut pool.jobs);
        drop(pool);
        jobs.into_iter().for_each(|job| job());
    }
}

fn work() {
    loop {
        let is_idle = |pool: &mut Pool| pool.jobs.is_empty();
        let waited = JOB_QUEUED.wait_timeout_while(lock(), KEEP_ALIVE, is_idle);
        let (mut pool, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let Some(job) = pool.jobs.pop_front() else {
            pool.threads -= 1;
            return;
        };
        drop(pool);
        job();
    }
}

/// No job runs under the lock, so a panic leaves no half-done change.
fn lock() -> MutexGuard<'static, Pool> {
    POOL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_thread_without_work_ends() -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let worker = runtime.block_on(run(|| thread::current().id()))?;

        assert_ne!(worker, thread::current().id());
        let deadline = Instant::now() + Duration::from_secs(60);
        while lock().threads > 0 {
            assert!(Instant::now() < deadline, "it waits on");
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}
