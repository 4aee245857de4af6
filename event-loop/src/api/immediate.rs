//! `setImmediate` and its handle.

use std::cell::Cell;
use std::marker::PhantomData;
use std::rc::Rc;

use crate::callback::{CallbackResult, SpanKind, once_callback};
use crate::data::immediate_queue::ImmediateQueue;
use crate::event_loop::{try_with, with};

/// A callback for the check phase. Node: `Immediate`. Dropping it changes nothing.
#[derive(Clone, Debug)]
pub struct Immediate {
    /// Nothing if it was set while the loop was being taken apart.
    number: Option<u64>,
    of: u32,
    here: PhantomData<Rc<()>>,
}

/// Runs `callback` in the check phase, after polling. Node: `setImmediate`.
///
/// # Examples
///
/// ```
/// # use event_loop::*;
/// # use event_loop::println;
/// run_script(|| {
///     set_immediate(|| println!("second"));
///     println!("first");
/// });
/// ```
///
/// # Panics
///
/// Outside a loop.
#[track_caller]
pub fn set_immediate<R: CallbackResult>(callback: impl FnOnce() -> R + 'static) -> Immediate {
    let callback = once_callback(SpanKind::Immediate, callback);
    let number = Cell::new(None);
    let (of, dropped) = with(|event_loop| {
        let dropped = event_loop.schedule_unless_closing(callback, |callback| {
            number.set(Some(event_loop.immediates.borrow_mut().push(callback)));
        });
        (event_loop.id, dropped)
    });
    drop(dropped);
    let (number, here) = (number.get(), PhantomData);
    Immediate { number, of, here }
}

impl Immediate {
    /// Clears it. Twice does no harm. Node: `clearImmediate`.
    pub fn clear(&self) {
        let dropped = self.find(ImmediateQueue::clear);
        drop(dropped);
    }

    /// Lets the loop end without it; if the loop iterates anyway, it runs.
    pub fn unref(&self) -> &Self {
        self.find(|immediates, number| immediates.set_ref(number, false));
        self
    }

    /// Holds the loop again, as it does from the beginning. Node: `ref()`.
    pub fn keep_alive(&self) -> &Self {
        self.find(|immediates, number| immediates.set_ref(number, true));
        self
    }

    /// Whether it waits and holds the loop.
    #[must_use]
    pub fn has_ref(&self) -> bool {
        let refed = self.find(|immediates, number| Some(immediates.get(number)?.refed));
        refed.flatten() == Some(true)
    }

    fn find<R>(&self, action: impl FnOnce(&mut ImmediateQueue, u64) -> R) -> Option<R> {
        let found = try_with(|event_loop| {
            let number = self.number.filter(|_| event_loop.id == self.of)?;
            Some(action(&mut event_loop.immediates.borrow_mut(), number))
        });
        found.flatten()
    }
}
