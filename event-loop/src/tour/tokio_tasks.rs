//! Many things on one thread that take turns, in plain tokio: `spawn_local` and `yield_now`.
//!
//! Twin: `golden/16-tokio-tasks.mjs`. For everyday Rust this is the loop: tasks that go on when what they await is ready. Everybody has a turn,
//! but nobody promises whose is first; and a task that is spawned does not run before the next `await`.

use std::cell::RefCell;
use std::rc::Rc;

use tokio::task::{LocalSet, spawn_local, yield_now};

use crate::console::say;

type Steps = Rc<RefCell<Vec<&'static str>>>;

/// Prints how three workers take turns.
pub fn tokio_tasks() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    LocalSet::new().block_on(&runtime, async {
        let steps = Steps::default();
        let workers = ["a", "b", "c"].map(|name| spawn_local(worker(name, Rc::clone(&steps))));
        yield_now().await; // now they run
        say!("started in order: {}", steps.borrow().join(" "));

        let mut done = Vec::new();
        for worker in workers {
            done.push(worker.await?);
        }
        say!("done: {}", done.join(" "));
        for (round, names) in steps.borrow_mut().chunks_mut(3).enumerate() {
            names.sort_unstable();
            say!("round {} of everybody: {}", round + 1, names.join(" "));
        }
        Ok(())
    })
}

async fn worker(name: &'static str, steps: Steps) -> &'static str {
    for _ in 0..3 {
        steps.borrow_mut().push(name);
        yield_now().await;
    }
    name
}
