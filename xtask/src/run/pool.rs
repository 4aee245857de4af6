//! Runs items in parallel, and some of them one after the other beside those.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::run::interrupt;

/// Calls `work` for each item, on `jobs` threads, and on one more for those that must not run beside each other; `done` sees
/// each result on this thread. After an interrupt no further item is begun.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    is_sequential: impl Fn(&T) -> bool + Sync,
    work: impl Fn(&T) -> R + Sync,
    done: impl FnMut(R),
) {
    let (is_sequential, work) = (&is_sequential, &work);
    let queue = |sequential| {
        let items = items.iter();
        let items = items.filter(move |item| is_sequential(item) == sequential);
        Mutex::new(items.take_while(|_| !interrupt::requested()))
    };
    let (parallel, sequential) = (queue(false), queue(true));
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for (queue, jobs) in [(&parallel, jobs.min(items.len())), (&sequential, 1)] {
            let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            for _ in 0..jobs {
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
