//! Many cases at once, and some never beside another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::run::interrupt;

/// Calls `work` for each item on `jobs` threads, then, alone, for those that are serial; `done` sees each result here
/// and now. After an interrupt no further item is begun.
pub fn each<'a, T: Sync, R: Send>(
    items: &'a [T],
    jobs: usize,
    is_serial: impl Fn(&T) -> bool,
    work: impl Fn(&'a T) -> R + Sync,
    mut done: impl FnMut(R),
) {
    let (serial, parallel): (Vec<_>, Vec<_>) = items.iter().partition(|item| is_serial(item));
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (sender, results) = mpsc::channel();
        for _ in 0..jobs.min(parallel.len()) {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                while let Some(item) = parallel
                    .get(next.fetch_add(1, Ordering::Relaxed))
                    .filter(|_| !interrupt::requested())
                {
                    if sender.send(work(item)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        results.into_iter().for_each(&mut done);
    });
    serial
        .into_iter()
        .take_while(|_| !interrupt::requested())
        .map(work)
        .for_each(done);
}
