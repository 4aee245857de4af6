//! Writable: `push` says whether to go on, and `drained` returns when the queue is empty again.
//!
//! A chunk counts until its reader drops it. In everyday Rust, `send` the chunk: that waits for
//! room, so a producer cannot ignore it.

use futures::TryStreamExt;
use streams::{WriteStatus::Full, byte_queue};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let (mut producer, mut consumer) = byte_queue(10);
    for text in ["aaaa", "bbbb", "cccc", "dddd"] {
        let status = producer.push(text.into())?;
        println!(
            "write {text}: {status:?}, queued {}",
            producer.queued_bytes()
        );
    }
    while producer.queued_bytes() > 0 {
        drop(consumer.try_next().await?);
        println!("taken, queued {}", producer.queued_bytes());
    }
    producer.drained().await?;
    println!("drain");

    // A producer that waits for `drained` never queues more than the mark.
    let (mut producer, mut consumer) = byte_queue(64);
    let taking = tokio::spawn(async move { while let Ok(Some(_)) = consumer.try_next().await {} });
    let (mut peak, mut pauses) = (0, 0);
    for _ in 0..100 {
        if producer.push(vec![0; 16].into())? == Full {
            peak = peak.max(producer.queued_bytes());
            pauses += 1;
            producer.drained().await?;
        }
    }
    producer.end();
    taking.await?;
    println!("{pauses} pauses, at most {peak} bytes queued");
    Ok(())
}
