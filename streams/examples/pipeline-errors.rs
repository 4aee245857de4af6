//! pipeline: an error anywhere stops everything, releases everything, and is reported once.
//!
//! Node destroys the other stages; here they are dropped.

use std::future::ready;

use futures::{StreamExt, TryStreamExt, join, sink, stream};
use streams::{Error, byte_queue, pipeline};

struct Released;

impl Drop for Released {
    fn drop(&mut self) {
        println!("source released");
    }
}

async fn run(break_at: &str) {
    let check = |place, n| match n {
        2 if place == break_at => Err(format!("{place} broke")),
        _ => Ok(n),
    };
    let guard = Released;
    let source = stream::iter(1..=3).map(move |n| {
        _ = &guard;
        check("source", n)
    });
    let stage = source.and_then(|n| ready(check("stage", n)));
    let sink = sink::unfold((), |(), n| ready(check("sink", n).map(drop)));
    let result = pipeline(stage, sink).await;
    println!("{break_at}: {}", result.err().unwrap_or("ok".into()));
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() {
    run("nowhere").await;
    run("source").await;
    run("stage").await;
    run("sink").await;

    // A destination that goes away is an error too, also while the source has nothing to send.
    let (destination, consumer) = byte_queue(16);
    let idle = stream::pending();
    let (result, ()) = join!(pipeline(idle, destination), async { drop(consumer) });
    println!(
        "gone: premature close {}",
        matches!(result, Err(Error::PrematureClose))
    );
}
