//! Waiting, waiting for the first of several, and giving up in time, in plain tokio: `sleep`, `join!`, `select!`, `timeout`.
//!
//! Twin: `golden/17-tokio-timers.mjs`. A future that loses is dropped, and with it its timer; in Node it goes on.

use std::future::pending;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::ms;
use crate::console::say;

/// Prints who comes first.
pub fn tokio_timers() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    runtime.block_on(async {
        tokio::join!(wait(ms(60)), wait(ms(20)), wait(ms(40)));

        let first = tokio::select! {
            () = sleep(ms(60)) => "slow",
            () = sleep(ms(20)) => "fast",
        };
        say!("first: {first}");

        if timeout(ms(20), pending::<()>()).await.is_err() {
            say!("timed out");
        }
        Ok(())
    })
}

async fn wait(delay: Duration) {
    sleep(delay).await;
    say!("{} ms", delay.as_millis());
}
