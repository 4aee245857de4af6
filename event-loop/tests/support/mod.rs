//! What the tests of the loop share.
#![expect(dead_code, reason = "each test file uses a part of it")]

use std::cell::RefCell;
use std::rc::Rc;

use event_loop::{Builder, Clock, Error};

/// Lines in the order in which callbacks wrote them.
#[derive(Clone, Default)]
pub struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    /// A callback that writes a line.
    pub fn line(&self, text: &'static str) -> impl Fn() + use<> {
        let lines = Rc::clone(&self.0);
        move || lines.borrow_mut().push(text.to_owned())
    }

    /// A listener that writes down an error.
    pub fn error(&self, what: &'static str) -> impl FnMut(&Error) + use<> {
        let lines = Rc::clone(&self.0);
        move |error| {
            lines
                .borrow_mut()
                .push(format!("{what} {}", error.root_cause()));
        }
    }

    /// A listener that writes down an exit code.
    pub fn code(&self, what: &'static str) -> impl FnMut(i32) + use<> {
        let lines = Rc::clone(&self.0);
        move |code| lines.borrow_mut().push(format!("{what} {code}"))
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

pub fn on_virtual_clock() -> Builder {
    Builder::new().clock(Clock::Virtual)
}

/// Whether the long forms of the tests are to run.
pub fn soak() -> bool {
    std::env::var_os("SOAK").is_some_and(|value| value == "1")
}

/// The memory of this process, 0 where the system does not tell.
pub fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}
