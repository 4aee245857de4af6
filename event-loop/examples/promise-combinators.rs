//! Waiting for several: `Promise.all` is `join!` or `try_join!`, `allSettled` is `join!` of
//! results, `race` is `select!`, and `any` takes the first success out of a `FuturesUnordered`.
//!
//! In `select!` the futures that lose are dropped; in Node they go on.

use std::future::pending;

use event_loop::{Exit, println, run};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::{join, select, try_join};

async fn check(value: &str) -> Result<&str, &str> {
    if value == "no" { Err(value) } else { Ok(value) }
}

pub(crate) fn main() -> Exit {
    run(async {
        let (one, two) = try_join!(check("1"), check("2"))?;
        println!("all: {one} {two}");
        if let Err(error) = try_join!(check("1"), check("no")) {
            println!("one failed: {error}");
        }
        let (one, two) = join!(check("1"), check("no"));
        println!("allSettled: {} {}", one.is_ok(), two.is_ok());
        let first = select! {
            () = pending() => "never",
            first = check("first") => first?,
        };
        println!("race: {first}");
        let mut all = FuturesUnordered::from_iter([check("no"), check("yes")]);
        while let Some(result) = all.next().await {
            if let Ok(value) = result {
                println!("any: {value}");
                break;
            }
        }
        Ok::<_, &str>(())
    })
}
