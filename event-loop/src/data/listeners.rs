//! Listeners of one event, in the order in which they were added: Node's `EventEmitter`, for the events of `process`.

use std::cell::RefCell;
use std::rc::Rc;

use crate::callback::{BoxError, CallbackResult};

pub type Listener<A> = Rc<RefCell<dyn FnMut(&A) -> Result<(), BoxError>>>;

/// Callbacks for one event, in the order in which they came.
pub struct Listeners<A>(RefCell<Vec<Listener<A>>>);

impl<A> Default for Listeners<A> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<A> Listeners<A> {
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// Returns the listeners of now: those that are added meanwhile wait for the next event.
    pub fn snapshot(&self) -> Vec<Listener<A>> {
        self.0.borrow().clone()
    }

    pub fn clear(&self) {
        let listeners = self.0.take();
        drop(listeners);
    }

    pub fn add<R: CallbackResult>(&self, mut listener: impl FnMut(&A) -> R + 'static) {
        let listener = move |about: &A| listener(about).into_callback_result().map(drop);
        self.0.borrow_mut().push(Rc::new(RefCell::new(listener)));
    }
}
