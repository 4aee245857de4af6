//! Waiting, waiting for the first of several, and giving up in time, in plain tokio: `sleep`,
//! `join!`, `select!`, `timeout`.
//!
//! A future that loses is dropped, and with it its timer; in Node it goes on, unless a signal ends
//! it.

use std::future::pending;
use std::time::Duration;

use event_loop::println;
use tokio::time::{sleep, timeout};
use tokio::{join, select};

async fn wait(ms: u64) {
    sleep(Duration::from_millis(ms)).await;
    println!("{ms} ms");
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() {
    // In this order, also if a busy machine finds several due at once.
    join!(biased; wait(1), wait(20), wait(40));

    let short = Duration::from_millis(20);
    let first = select! {
        () = pending() => "never",
        () = sleep(short) => "a timer",
    };
    println!("first: {first}");

    if timeout(short, sleep(Duration::from_secs(10)))
        .await
        .is_err()
    {
        println!("timed out");
    }
}
