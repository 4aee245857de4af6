//! Many things at once, some one after the other beside them, and some alone at the end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
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
    lane: impl Fn(&T) -> Lane,
    work: impl Fn(&T) -> R + Sync,
    mut done: impl FnMut(R),
) {
    let of = |wanted| {
        items
            .iter()
            .filter(|item| lane(item) == wanted)
            .collect::<Vec<_>>()
    };
    let (parallel, sequential, alone) = (of(Lane::Parallel), of(Lane::Sequential), of(Lane::Alone));
    let next = AtomicUsize::new(0);
    let take = || {
        let item = parallel.get(next.fetch_add(1, Ordering::Relaxed));
        item.filter(|_| !interrupt::requested())
    };
    let is_wanted = |_: &&T| !interrupt::requested();
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..jobs.min(parallel.len()) {
            let (sender, take, work) = (sender.clone(), &take, &work);
            scope.spawn(move || {
                while let Some(item) = take() {
                    // The receiver is there until all senders are gone.
                    let _ = sender.send(work(item));
                }
            });
        }
        let work = &work;
        scope.spawn(move || {
            for item in sequential.into_iter().take_while(is_wanted) {
                let _ = sender.send(work(item));
            }
        });
        results.into_iter().for_each(&mut done);
    });
    alone
        .into_iter()
        .take_while(is_wanted)
        .map(work)
        .for_each(done);
}
