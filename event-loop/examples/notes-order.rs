//! The four lines of the course notes, in the notes' order: synchronous code, promises,
//! `setImmediate`, `setTimeout`.
//!
//! The order is certain in the callback of a file operation, since the check phase follows the
//! poll phase. In the main program a timeout of 0 ms and an immediate are a race, in Node and
//! here.

use std::time::Duration;

use event_loop::{
    Exit, Promise, println, run_script, set_immediate, set_timeout, spawn_blocking_with,
};

pub(crate) fn main() -> Exit {
    run_script(|| {
        spawn_blocking_with(
            || std::fs::read_dir("."),
            |_| {
                set_timeout(Duration::ZERO, || println!("4. setTimeout()"));
                set_immediate(|| println!("3. setImmediate()"));
                Promise::resolved(()).then(|()| println!("2. Promises"));
                println!("1. console.log");
            },
        );
    })
}
