//! A value that belongs to a request, wherever its code goes on: `AsyncLocalStorage` is
//! `tokio::task_local!`.
//!
//! A scope is a future, and does not reach into what that spawns: give the value to `scope` again
//! there.

use event_loop::{Exit, immediate, println, run};
use tokio::{join, task_local};

task_local! {
    static REQUEST: &'static str;
}

fn log(text: &str) {
    println!("[{}] {text}", REQUEST.get());
}

async fn handle() {
    log("begins");
    immediate().await;
    log("goes on");
}

pub(crate) fn main() -> Exit {
    run(async {
        join!(REQUEST.scope("a", handle()), REQUEST.scope("b", handle()));
        println!(
            "outside: {}",
            REQUEST.try_with(|id| *id).unwrap_or("nothing")
        );
    })
}
