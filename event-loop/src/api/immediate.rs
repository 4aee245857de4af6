//! `setImmediate` and its handle.

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::callback::{CallbackResult, once_callback};
use crate::data::immediate_queue::ImmediateEntry;
use crate::event_loop::{try_with, with};
use crate::trace::Kind;

/// A callback for the check phase of this turn, or of the next one. Node: `Immediate`. Dropping it changes nothing.
#[derive(Clone, Debug)]
pub struct Immediate {
    number: u64,
    of: u32,
    here: PhantomData<Rc<()>>,
}

/// Runs `callback` in the check phase, after polling. Node: `setImmediate`.
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn set_immediate<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) -> Immediate {
    let callback = once_callback(Kind::Immediate, callback);
    let number = Cell::new(u64::MAX);
    let (of, dropped) = with(|event_loop| {
        let push = |callback| number.set(event_loop.immediates.borrow_mut().push(callback));
        (
            event_loop.id,
            event_loop.schedule_unless_closing(callback, push),
        )
    });
    drop(dropped);
    let (number, here) = (number.get(), PhantomData);
    Immediate { number, of, here }
}

impl Immediate {
    /// Forgets the callback, if it has not run yet. Twice does no harm.
    pub fn clear(&self) {
        let dropped = self.find(|waiting| {
            let refed = std::mem::replace(&mut waiting.refed, false);
            (waiting.callback.take(), refed)
        });
        if let Some((callback, refed)) = dropped {
            with(|event_loop| {
                let mut immediates = event_loop.immediates.borrow_mut();
                immediates.count -= 1;
                immediates.refs -= usize::from(refed);
            });
            drop(callback);
        }
    }

    /// Lets the loop end without it; if the loop turns anyway, it runs.
    pub fn unref(&self) -> &Self {
        if self.find(|waiting| std::mem::replace(&mut waiting.refed, false)) == Some(true) {
            with(|event_loop| event_loop.immediates.borrow_mut().refs -= 1);
        }
        self
    }

    /// Holds the loop again, as it does from the beginning. Node: `ref()`.
    pub fn keep_alive(&self) -> &Self {
        if self.find(|waiting| std::mem::replace(&mut waiting.refed, true)) == Some(false) {
            with(|event_loop| event_loop.immediates.borrow_mut().refs += 1);
        }
        self
    }

    /// Whether it still waits and holds the loop.
    #[must_use]
    pub fn has_ref(&self) -> bool {
        self.find(|waiting| waiting.refed) == Some(true)
    }

    fn find<R>(&self, action: impl FnOnce(&mut ImmediateEntry) -> R) -> Option<R> {
        let found = try_with(|event_loop| {
            let mut immediates = event_loop.immediates.borrow_mut();
            let waiting = immediates.get(self.number)?;
            (event_loop.id == self.of).then(|| action(waiting))
        });
        found.flatten()
    }
}
