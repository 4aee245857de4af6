//! A few steady threads for work that keeps a core busy.
//!
//! `spawn_blocking` is for waiting: it has hundreds of threads and no notion of how many should
//! compute at once. These are as many as were asked for, and they end with their owner.

use std::num::NonZeroUsize;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that take jobs in the order in which they come.
pub(super) struct ThreadPool {
    /// Gone when the threads are to end.
    jobs: Option<Sender<Job>>,
    queue: Arc<Mutex<Receiver<Job>>>,
    threads: Vec<JoinHandle<()>>,
}

impl ThreadPool {
    /// Starts the threads, or as many of them as the system allows.
    pub(super) fn new(threads: NonZeroUsize) -> Self {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        let start = |_| {
            let queue = Arc::clone(&queue);
            thread::Builder::new().spawn(move || work(&queue)).ok()
        };
        let threads: Vec<_> = (0..threads.get()).map_while(start).collect();
        Self {
            // Without a thread no job would ever end: each is refused instead.
            jobs: (!threads.is_empty()).then_some(jobs),
            queue,
            threads,
        }
    }

    /// Queues `job` at once; the future is its result, or `None` if it panicked or there is no thread to run it.
    /// A job whose future is dropped before its turn is not run.
    pub(super) fn run<T: Send + 'static, J>(
        &self,
        job: J,
    ) -> impl Future<Output = Option<T>> + use<T, J>
    where
        J: FnOnce() -> T + Send + 'static,
    {
        let (result, received) = oneshot::channel();
        let job = move || {
            if !result.is_closed() {
                // Nobody is waiting any more if this fails.
                let _ = result.send(job());
            }
        };
        if let Some(jobs) = &self.jobs {
            // Fails only if every thread has panicked; then the result's sender is dropped.
            let _ = jobs.send(Box::new(job));
        }
        async { received.await.ok() }
    }
}

impl Drop for ThreadPool {
    /// Waits for the jobs under way, a block each. Those that have not begun are dropped.
    fn drop(&mut self) {
        self.jobs = None;
        while next(&self.queue).is_some() {}
        for thread in self.threads.drain(..) {
            // A panic has been reported by `run`.
            let _ = thread.join();
        }
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    while let Some(job) = next(queue) {
        job();
    }
}

/// The next job, or `None` when there will be no more.
fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    queue.recv().ok()
}
