//! Futures are lazy: a JavaScript promise starts when it is made, a Rust future when it is
//! awaited. Dropped before that, it never runs.
//!
//! `spawn` makes a promise of a future: it starts at once.

use event_loop::{Error, Exit, println, run, spawn};

async fn work(name: &str) {
    println!("{name} starts");
}

pub(crate) fn main() -> Exit {
    run(async {
        let promise = spawn(work("the promise"));
        println!("made a promise");
        let future = work("the future");
        println!("made a future");
        promise.await?;
        println!("awaiting the future");
        future.await;
        drop(work("a dropped future"));
        Ok::<_, Error>(())
    })
}
