//! The listeners of all events, in the order in which they were added: Node's `EventEmitter`, as far as `process` is one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::callback::BoxError;
use crate::error::Error;

/// The events to which the loop listens for a program. Node: those of `process`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProcessEvent {
    /// Nothing is left to do.
    BeforeExit,
    /// The loop ends.
    Exit,
    /// An error was not caught.
    Uncaught,
    /// A promise was rejected, and nothing awaited it.
    UnhandledRejection,
    /// A promise that was reported as unhandled is awaited after all.
    RejectionHandled,
}

/// What listeners are told: the exit code, or the error.
pub type Occurrence = Result<i32, Error>;

type Callback = Rc<RefCell<dyn FnMut(&Occurrence) -> Result<(), BoxError>>>;

#[derive(Clone)]
struct Listener {
    callback: Callback,
    once: bool,
}

pub type ListenerId = (ProcessEvent, u64);

#[derive(Default)]
pub struct Listeners {
    /// In a map, since each may be removed at any time.
    all: RefCell<BTreeMap<ListenerId, Listener>>,
    next: Cell<u64>,
}

impl Listeners {
    pub fn add(
        &self,
        event: ProcessEvent,
        callback: impl FnMut(&Occurrence) -> Result<(), BoxError> + 'static,
    ) -> ListenerId {
        let id = (event, self.next.replace(self.next.get() + 1));
        let (callback, once) = (Rc::new(RefCell::new(callback)), false);
        let mut all = self.all.borrow_mut();
        all.insert(id, Listener { callback, once });
        id
    }

    pub fn make_once(&self, id: ListenerId) {
        if let Some(listener) = self.all.borrow_mut().get_mut(&id) {
            listener.once = true;
        }
    }

    /// Takes a listener out, to be dropped where nothing is borrowed.
    pub fn remove(&self, id: ListenerId) -> impl Sized + use<> {
        self.all.borrow_mut().remove(&id)
    }

    /// Takes out the listeners of one event, or all.
    pub fn remove_all(&self, event: Option<ProcessEvent>) -> impl Sized + use<> {
        let all = self.all.take().into_iter();
        let (kept, removed): (_, BTreeMap<_, _>) =
            all.partition(|((of, _), _)| event.is_some_and(|event| *of != event));
        self.all.replace(kept);
        removed
    }

    /// The listeners of now: those that are added meanwhile wait for the next time.
    pub fn of(&self, event: ProcessEvent) -> Vec<ListenerId> {
        let all = self.all.borrow();
        all.keys().filter(|(of, _)| *of == event).copied().collect()
    }

    /// Calls a listener, unless it was removed meanwhile.
    pub fn call(&self, id: ListenerId, about: &Occurrence) -> Result<(), BoxError> {
        let Some(listener) = self.all.borrow().get(&id).cloned() else {
            return Ok(());
        };
        if listener.once {
            drop(self.remove(id));
        }
        // No event comes up inside of a listener of its own: what a listener causes is reported after it.
        let mut callback = listener.callback.borrow_mut();
        callback(about)
    }
}
