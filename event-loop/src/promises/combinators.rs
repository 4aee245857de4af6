//! Promises of promises: `then` and `catch`, `Promise.all`, `allSettled`, `race` and `any`.
//!
//! In async code `await` and `?` do what `then` and `catch` do. The others wake by the promises' own wakers, so that promises which never settle do not hold the loop. `futures::join_all` and
//! `FuturesUnordered` work too, but count as the outside.

use std::cell::RefCell;
use std::rc::Rc;

use crate::api::promise::{Promise, Resolver, spawn};
use crate::callback::CallbackResult;
use crate::error::Error;

/// What is kept of a result, or what settles the whole at once.
type Choice<K, R> = Result<K, Result<R, Error>>;

/// What has come of each promise so far, and what is resolved in the end.
struct Collected<T, R> {
    results: Vec<Option<T>>,
    left: usize,
    resolver: Option<Resolver<R>>,
}

impl<T: 'static> Promise<T> {
    /// Calls `next` with the value in a microtask of its own, and promises what it returns. An error skips it.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[track_caller]
    pub fn then<R: CallbackResult>(self, next: impl FnOnce(T) -> R + 'static) -> Promise<R::Value>
    where
        R::Value: 'static,
    {
        spawn(async move { next(self.await?).into_callback_result() })
    }

    /// Calls `handler` with the error, if there is one, and promises what it returns. Node: `promise.catch(handler)`.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[track_caller]
    pub fn catch<R: CallbackResult<Value = T>>(
        self,
        handler: impl FnOnce(Error) -> R + 'static,
    ) -> Self {
        spawn(async move {
            let result = self.await;
            result.or_else(|error| handler(error).into_callback_result())
        })
    }

    /// Promises all values in order, or the first error. Node: `Promise.all`.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[track_caller]
    pub fn all(promises: impl IntoIterator<Item = Self>) -> Promise<Vec<T>> {
        let choose = |result: Result<T, Error>| result.map_err(Err);
        collect(promises, choose, |values| Some(Ok(values)))
    }

    /// Promises what has come of each, in order. Node: `Promise.allSettled`.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[track_caller]
    pub fn all_settled(promises: impl IntoIterator<Item = Self>) -> Promise<Vec<Result<T, Error>>> {
        collect(promises, Ok, |results| Some(Ok(results)))
    }

    /// Promises what the first that settles gives. Node: `Promise.race`.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[track_caller]
    pub fn race(promises: impl IntoIterator<Item = Self>) -> Self {
        collect(promises, Err, |_: Vec<()>| None)
    }

    /// Promises the first value; if all fail, [`Error::AllRejected`]. Node: `Promise.any`.
    ///
    /// # Panics
    ///
    /// Outside a loop.
    #[track_caller]
    pub fn any(promises: impl IntoIterator<Item = Self>) -> Self {
        let choose = |result: Result<T, Error>| result.map_or_else(Ok, |value| Err(Ok(value)));
        let all_failed = |errors: Vec<_>| Some(Err(Error::AllRejected(errors.into())));
        collect(promises, choose, all_failed)
    }
}

/// Collects what `choose` keeps of each result, and settles the whole with what `finish` makes of all; or, at once, with what `choose`
/// returns as an `Err`.
#[track_caller]
fn collect<T: 'static, K: 'static, R: 'static>(
    promises: impl IntoIterator<Item = Promise<T>>,
    choose: fn(Result<T, Error>) -> Choice<K, R>,
    finish: fn(Vec<K>) -> Option<Result<R, Error>>,
) -> Promise<R> {
    let (whole, resolver) = Promise::pending();
    let promises: Vec<_> = promises.into_iter().collect();
    let collected = Rc::new(RefCell::new(Collected {
        results: promises.iter().map(|_| None).collect(),
        left: promises.len(),
        resolver: Some(resolver),
    }));
    if promises.is_empty() {
        settle(&collected, finish(Vec::new()));
    }
    for (index, promise) in promises.into_iter().enumerate() {
        let collected = Rc::clone(&collected);
        drop(spawn(async move {
            let settled = match choose(promise.await) {
                Err(early) => Some(early),
                Ok(kept) => collected.borrow_mut().keep(index, kept).and_then(finish),
            };
            settle(&collected, settled);
        }));
    }
    whole
}

impl<K, R> Collected<K, R> {
    /// Keeps a result; returns all of them with the last.
    fn keep(&mut self, index: usize, result: K) -> Option<Vec<K>> {
        self.results[index] = Some(result);
        self.left -= 1;
        let all = || self.results.drain(..).flatten().collect();
        (self.left == 0).then(all)
    }
}

fn settle<K, R: 'static>(collected: &RefCell<Collected<K, R>>, result: Option<Result<R, Error>>) {
    let Some(result) = result else { return };
    let resolver = collected.borrow_mut().resolver.take();
    if let Some(resolver) = resolver {
        resolver.settle(result);
    }
}
