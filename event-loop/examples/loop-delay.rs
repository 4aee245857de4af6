//! How long the loop keeps its callbacks waiting: a timer that tells how late it is, as
//! `monitorEventLoopDelay` of `perf_hooks` does.
//!
//! What is in the way is a callback that takes long. A recording (`event-loop trace`) shows which.

use std::time::Duration;

use event_loop::{Error, Exit, busy, elapsed, println, run, sleep, spawn};

const MS: Duration = Duration::from_millis(1);

async fn delay() -> Result<Duration, Error> {
    let set = elapsed();
    sleep(MS).await;
    Ok(elapsed() - set - MS)
}

pub(crate) fn main() -> Exit {
    run(async {
        let delayed = spawn(delay());
        busy(50 * MS);
        println!(
            "blocked for 50 ms, late by 45 or more: {}",
            delayed.await? >= 45 * MS
        );
        Ok::<_, Error>(())
    })
}
