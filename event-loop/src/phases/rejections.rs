//! Promises that were rejected before anything awaited them.
//!
//! Node's rule: a handler that is attached anywhere in the same drain is in time. After that the rejection is reported, and one that is
//! handled later is reported again, as handled.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use crate::data::listeners::{Occurrence, ProcessEvent};
use crate::error::Error;
use crate::event_loop::EventLoop;

/// A rejected promise of any type.
pub trait Rejected {
    /// The error, unless something has asked for it.
    fn unhandled(&self) -> Option<Error>;

    /// Remembers that it was reported.
    fn mark_reported(&self);
}

#[derive(Default)]
pub struct Rejections {
    pub new: VecDeque<Rc<dyn Rejected>>,
    pub handled_late: VecDeque<Error>,
}

impl EventLoop {
    /// Reports what the last drain has left unhandled; tells whether anything was reported.
    pub fn report_rejections(&self) -> bool {
        let mut reported = false;
        while let Some(error) = self.next_handled_late() {
            self.emit(ProcessEvent::RejectionHandled, &Occurrence::Error(error));
            reported = true;
        }
        // Those that come up while these are reported have a drain of their own.
        let count = self.rejections.borrow().new.len();
        for _ in 0..count {
            let next = self.rejections.borrow_mut().new.pop_front();
            let Some((promise, error)) =
                next.and_then(|next| Some((Rc::clone(&next), next.unhandled()?)))
            else {
                continue;
            };
            if self.is_stopping() {
                break;
            }
            promise.mark_reported();
            if self.listeners.has(ProcessEvent::UnhandledRejection) {
                self.emit(ProcessEvent::UnhandledRejection, &Occurrence::Error(error));
            } else {
                self.uncaught(Error::UnhandledRejection(Arc::new(error)));
            }
            reported = true;
        }
        reported
    }

    fn next_handled_late(&self) -> Option<Error> {
        self.rejections.borrow_mut().handled_late.pop_front()
    }
}
