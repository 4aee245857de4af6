//! Four threads for what blocks. The fifth job waits until one of them is free; the loop goes on meanwhile.
//!
//! Twin: `golden/11-thread-pool.mjs`.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc;

use event_loop::{sleep, spawn_blocking};

use super::ms;
use crate::console::say;

/// Prints what becomes of five jobs.
pub fn thread_pool() -> anyhow::Result<()> {
    let exit = event_loop::run(async {
        let (mut gates, mut blocked) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            let (gate, opened) = mpsc::channel::<()>();
            gates.push(gate);
            blocked.push(spawn_blocking(move || opened.recv()));
        }

        let fifth = Rc::new(Cell::new("waiting"));
        let done = Rc::clone(&fifth);
        let job = spawn_blocking(|| ()).then(move |()| done.set("done"));
        sleep(ms(30)).await;
        say!("a timer of the loop: on time");
        say!("four jobs blocked, the fifth is {}", fifth.get());

        gates.remove(0).send(())?; // lets the first go on
        job.await?;
        say!("one thread free, the fifth is {}", fifth.get());
        drop(gates);
        for job in blocked {
            let _ = job.await?;
        }
        say!("all done");
        anyhow::Ok(())
    });
    exit.into_result()?;
    Ok(())
}
