//! Four threads for what blocks. The fifth job waits until one of them is free; the loop goes on
//! meanwhile.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use event_loop::{Exit, Promise, println, run, sleep, spawn_blocking};

pub(crate) fn main() -> Exit {
    run(async {
        let (mut gates, mut blocked) = (Vec::new(), Vec::new());
        for _ in 0..4 {
            let (gate, opened) = mpsc::channel::<()>();
            gates.push(gate);
            blocked.push(spawn_blocking(move || opened.recv()));
        }

        let fifth = Rc::new(Cell::new("waiting"));
        let done = Rc::clone(&fifth);
        let job = spawn_blocking(|| ()).then(move |()| done.set("done"));
        sleep(Duration::from_millis(30)).await;
        println!("a timer of the loop fires");
        println!("four jobs blocked, the fifth is {}", fifth.get());

        gates.remove(0).send(())?; // lets the first go on
        job.await?;
        println!("one thread free, the fifth is {}", fifth.get());
        drop(gates);
        Promise::all(blocked).await?;
        println!("all done");
        anyhow::Ok(())
    })
}
