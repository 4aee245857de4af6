//! Runs items in parallel: queues beside each other, each on threads of its own.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::run::interrupt;

/// Calls `work` for each item, on as many threads as its queue has; `done` sees each result on this thread.
/// After an interrupt no further item is begun.
pub fn each<T: Sync, R: Send>(
    queues: &[(usize, Vec<&T>)],
    work: impl Fn(&T) -> R + Sync,
    done: impl FnMut(R),
) {
    let work = &work;
    let queues = queues.iter();
    let queues = queues.map(|(jobs, items)| (*jobs, Mutex::new(items.iter())));
    let queues: Vec<_> = queues.collect();
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for (jobs, queue) in &queues {
            let take = || {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                next.filter(|_| !interrupt::requested())
            };
            for _ in 0..*jobs {
                let sender = sender.clone();
                scope.spawn(move || {
                    while let Some(item) = take() {
                        // The receiver is there until all senders are gone.
                        let _ = sender.send(work(item));
                    }
                });
            }
        }
        drop(sender);
        results.into_iter().for_each(done);
    });
}
