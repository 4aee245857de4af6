//! Many things at once, some one after the other beside them, and some alone at the end.

use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

use crate::run::interrupt;

/// Which others an item may run beside.
#[derive(Clone, Copy, PartialEq)]
pub enum Lane {
    /// Beside all that is not [`Lane::Alone`].
    Parallel,
    /// As [`Lane::Parallel`], but one after the other.
    Sequential,
    /// Beside nothing, when the others are done.
    Alone,
}

/// Calls `work` for each item, on `jobs` threads for those of [`Lane::Parallel`]; `done` sees each result on this thread.
/// After an interrupt no further item is begun.
pub fn each<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    lane: impl Fn(&T) -> Lane + Sync,
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(R),
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
        results.into_iter().for_each(&mut done);
    });
    of(Lane::Alone).map(work).for_each(done);
}
