//! Many things on one thread that take turns, in plain tokio: `spawn_local` and `yield_now`. For
//! everyday Rust this is the loop.
//!
//! Every task has its turn, in no promised order, and a task that is spawned does not run before
//! the next `await`.

use event_loop::println;
use futures::future::try_join_all;
use tokio::task::{LocalSet, spawn_local, yield_now};

async fn worker(name: &str) -> &str {
    println!("{name} starts");
    for _ in 0..3 {
        yield_now().await;
    }
    name
}

async fn work() -> anyhow::Result<()> {
    let workers = ["a", "b", "c"].map(|name| spawn_local(worker(name)));
    yield_now().await; // now they run
    println!("all have started");
    println!("done: {}", try_join_all(workers).await?.join(" "));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    LocalSet::new().run_until(work()).await
}
