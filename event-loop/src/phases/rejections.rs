//! Promises that were rejected before anything awaited them.
//!
//! Node's rule: a handler that is attached anywhere in the same drain is in time. After that the rejection is reported, and one that is
//! handled later is reported again, as handled.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use crate::data::listeners::ProcessEvent;
use crate::error::Error;
use crate::event_loop::EventLoop;

/// A rejected promise of any type.
pub trait Rejected {
    /// Returns the error to be reported, unless something has asked for it, and remembers that it was reported.
    fn report(&self) -> Option<Error>;
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
        loop {
            let next = self.rejections.borrow_mut().handled_late.pop_front();
            let Some(error) = next else { break };
            self.emit(ProcessEvent::RejectionHandled, &Err(error));
            reported = true;
        }
        // Those that come up while these are reported have a drain of their own.
        let count = self.rejections.borrow().new.len();
        for _ in 0..count {
            let next = self.rejections.borrow_mut().new.pop_front();
            let Some(error) = next.and_then(|promise| promise.report()) else {
                continue;
            };
            if self.is_stopping() {
                break;
            }
            let event = ProcessEvent::UnhandledRejection;
            if self.listeners_of(event).is_empty() {
                self.uncaught(Error::UnhandledRejection(Arc::new(error)));
            } else {
                self.emit(event, &Err(error));
            }
            reported = true;
        }
        reported
    }
}
