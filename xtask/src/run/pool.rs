//! Many things at once, and some one after the other beside them.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::run::interrupt;

/// Which others an item may run beside.
#[derive(Clone, Copy, PartialEq)]
pub enum Lane {
    /// Beside all others.
    Parallel,
    /// Beside those of [`Lane::Parallel`], one after the other.
    Sequential,
}

/// Calls `work` for each item, on `jobs` threads for those of [`Lane::Parallel`]; `done` sees each result on this thread.
/// After an interrupt no further item is begun.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    lane: impl Fn(&T) -> Lane + Sync,
    work: impl Fn(&T) -> R + Sync,
    done: impl FnMut(R),
) {
    let (lane, work) = (&lane, &work);
    let of = |wanted| {
        let items = items.iter().filter(move |item| lane(item) == wanted);
        items.take_while(|_| !interrupt::requested())
    };
    let parallel = Mutex::new(of(Lane::Parallel));
    let sequential = Mutex::new(of(Lane::Sequential));
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
