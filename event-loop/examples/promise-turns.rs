//! How many microtask turns an await costs, counted by a clock that ticks once a turn.
//!
//! A `Promise` costs what it does in JavaScript. A plain Rust future that is ready costs nothing.

use std::cell::Cell;
use std::rc::Rc;

use event_loop::{Exit, Promise, println, queue_microtask, run, spawn};

type Turn = Rc<Cell<u32>>;

fn clock(turn: Turn) {
    queue_microtask(move || {
        turn.set(turn.get() + 1);
        if turn.get() < 40 {
            clock(turn);
        }
    });
}

fn settled() -> Promise<()> {
    Promise::resolved(())
}

async fn count(what: &str, turn: &Turn, work: impl Future) {
    let before = turn.get();
    work.await;
    println!("{what}: {}", turn.get() - before);
}

pub(crate) fn main() -> Exit {
    run(async {
        let turn = Turn::default();
        clock(Rc::clone(&turn));

        count("a settled promise", &turn, settled()).await;
        count("an async function without await", &turn, spawn(async {})).await;
        count("an async function with one await", &turn, spawn(settled())).await;
        count(
            "then and then",
            &turn,
            settled().then(|()| ()).then(|()| ()),
        )
        .await;
    })
}
