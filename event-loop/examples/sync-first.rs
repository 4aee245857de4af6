//! Synchronous code runs to its end before anything else, however long it takes and however
//! much is waiting.

use std::time::Duration;

use event_loop::{Exit, Promise, busy, println, run, set_immediate, set_timeout};

pub(crate) fn main() -> Exit {
    run(async {
        set_timeout(Duration::from_millis(1), || {
            println!("timeout: due long ago");
        });
        set_immediate(|| println!("immediate"));
        Promise::resolved(()).then(|()| println!("promise"));
        println!("first");
        busy(Duration::from_millis(20));
        println!("last");
    })
}
