//! Blocking the loop, and how not to: a long computation in one go, in slices, and on another
//! thread.
//!
//! What needs a worker in Node is one closure here.

use std::time::Duration;

use event_loop::{Error, Exit, busy, immediate, println, run, set_timeout, sleep, spawn_blocking};

const MS: Duration = Duration::from_millis(1);

fn slice(n: u32) {
    busy(5 * MS);
    println!("  slice {n}");
}

pub(crate) fn main() -> Exit {
    run(async {
        println!("in one go");
        set_timeout(MS, || println!("  a timer of 1 ms"));
        (1..=3).for_each(slice);
        sleep(MS).await;
        immediate().await;

        println!("in slices, an immediate between them");
        set_timeout(MS, || println!("  a timer of 1 ms"));
        for n in 1..=3 {
            slice(n);
            immediate().await;
        }

        println!("on another thread");
        let sum = spawn_blocking(|| (1..=1000).sum::<u32>());
        println!("  the loop is free");
        println!("  sum {}", sum.await?);
        Ok::<_, Error>(())
    })
}
