//! How many microtask turns an await costs, counted by a clock that ticks once a turn.
//!
//! Twin: `golden/15-promise-turns.mjs`. Promises cost what they do in JavaScript; a plain Rust future that is ready costs nothing.

use std::cell::Cell;
use std::rc::Rc;

use event_loop::{Promise, queue_microtask, spawn};

use super::on_virtual_clock;
use crate::console::say;

/// Prints the turns of each kind of await.
pub fn promise_turns() -> anyhow::Result<()> {
    on_virtual_clock(async {
        let turn = Rc::new(Cell::new(0));
        tick(Rc::clone(&turn));

        let before = turn.get();
        settled().await?;
        say!("a settled promise: {}", turn.get() - before);

        let before = turn.get();
        spawn(async {}).await?;
        say!("an async function without await: {}", turn.get() - before);

        let before = turn.get();
        spawn(settled()).await?;
        say!("an async function with one await: {}", turn.get() - before);

        let before = turn.get();
        settled().then(|()| ()).then(|()| ()).await?;
        say!("then and then: {}", turn.get() - before);

        let before = turn.get();
        let slow = spawn(settled());
        spawn(async {}).await?;
        slow.await?;
        say!("two at a time: {}", turn.get() - before);
        Ok::<_, event_loop::Error>(())
    })
}

fn settled() -> Promise<()> {
    Promise::resolved(())
}

fn tick(turn: Rc<Cell<u32>>) {
    queue_microtask(move || {
        turn.set(turn.get() + 1);
        if turn.get() < 40 {
            tick(turn);
        }
    });
}
