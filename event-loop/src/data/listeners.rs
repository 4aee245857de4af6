//! Who listens to the process: Node's `EventEmitter`, as far as `process` is one. The part `process` adds listeners and removes them.

use std::cell::RefCell;
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

/// An event, and a number that grows with each listener.
pub type ListenerId = (ProcessEvent, u64);

pub type ListenerCallback = Rc<RefCell<dyn FnMut(&Occurrence) -> Result<(), BoxError>>>;

/// In the order in which they were added; in a map, since each may be removed at any time.
pub type Listeners = RefCell<BTreeMap<ListenerId, ListenerCallback>>;
