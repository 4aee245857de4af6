//! Tells the listeners what has happened; an error that has none ends the loop.

use crate::callback::{BoxError, catch_panic};
use crate::data::listeners::{ListenerId, Occurrence, ProcessEvent};
use crate::error::Error;
use crate::event_loop::{EventLoop, Stage};

impl EventLoop {
    /// Calls the listeners that are there now. One that fails is an uncaught error and ends the round, and so does `exit`.
    pub fn emit(&self, event: ProcessEvent, about: &Occurrence) -> bool {
        let mut listeners = self.listeners_of(event).into_iter();
        listeners.all(|id| self.call(|| self.call_listener(id, about)) && !self.is_stopping())
    }

    /// Gives an error to the listeners; without any, the loop ends.
    pub fn uncaught(&self, error: Error) {
        let listeners = self.listeners_of(ProcessEvent::Uncaught);
        if listeners.is_empty() || self.is_closed() {
            // An exit listener that fails keeps the code that was set before.
            let is_exiting = self.stage.get() == Stage::Exiting;
            let code = self.exit_code.get().filter(|_| is_exiting);
            return self.exit_with_error(error, code.unwrap_or(1), Stage::Stopping);
        }
        let about = Err(error);
        for id in listeners.into_iter().take_while(|_| !self.is_stopping()) {
            if let Err(own) = catch_panic(|| self.call_listener(id, &about)) {
                return self.exit_with_error(own, 7, Stage::Aborting);
            }
        }
        self.empty_immediate();
    }

    /// The listeners of now: those that are added meanwhile wait for the next time.
    pub fn listeners_of(&self, event: ProcessEvent) -> Vec<ListenerId> {
        let all = self.listeners.borrow();
        all.keys().filter(|(of, _)| *of == event).copied().collect()
    }

    /// Calls a listener, unless it was removed meanwhile.
    fn call_listener(&self, id: ListenerId, about: &Occurrence) -> Result<(), BoxError> {
        let Some(listener) = self.listeners.borrow().get(&id).cloned() else {
            return Ok(());
        };
        // No event comes up inside of a listener of its own: what a listener causes is reported after it.
        let mut callback = listener.borrow_mut();
        callback(about)
    }

    fn exit_with_error(&self, error: Error, code: i32, stage: Stage) {
        self.exit_code.set(Some(code));
        if !self.is_closed() {
            self.stage.set(stage);
        }
        self.fatal.borrow_mut().get_or_insert(error);
    }
}
