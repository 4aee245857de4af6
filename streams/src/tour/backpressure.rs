//! Backpressure: the queue says whether to go on, and when it is empty again.
//!
//! Twin: `golden/04-backpressure.mjs`. Node's `write()` only advises, and so does `push`; in
//! everyday Rust call `send`, which is a wall. A chunk counts as queued until it is dropped.

use std::io::Write;

use futures::{FutureExt, StreamExt};
use streams::{Consumer, Producer, WriteStatus, byte_queue};

/// Prints what the producer was told after each write, and when it may go on.
pub async fn backpressure(out: &mut dyn Write) -> anyhow::Result<()> {
    let (producer, mut sink) = byte_queue(10);
    for text in ["aaaa", "bbbb", "cccc", "dddd"] {
        write(out, &producer, text)?;
    }
    // Somebody waits from here on, and is told once.
    let mut drained = Box::pin(producer.drained());
    let mut drains = 0;
    for released in 1..=4 {
        take(out, &mut sink).await?;
        if drains == 0 && (&mut drained).now_or_never().transpose()?.is_some() {
            drains += 1;
            writeln!(out, "drain {drains}, queued {}", producer.queued_bytes())?;
        }
        writeln!(
            out,
            "released {released}, queued {}",
            producer.queued_bytes()
        )?;
    }
    drop(drained);
    write(out, &producer, "eeee")?;
    drop(producer);
    while take(out, &mut sink).await? {}
    writeln!(out, "finished, drains {drains}")?;

    // A producer that obeys: it never queues more than the mark.
    let (producer, sink) = byte_queue(64);
    let taking = tokio::spawn(sink.fold(0, |taken, chunk| async move { taken + chunk.len() }));
    let (mut peak, mut pauses) = (0, 0);
    for _ in 0..100 {
        let advice = producer.push(vec![0; 16].into())?;
        peak = peak.max(producer.queued_bytes());
        if advice == WriteStatus::Full {
            pauses += 1;
            producer.drained().await?;
        }
    }
    drop(producer);
    writeln!(
        out,
        "obedient producer: {} bytes, {pauses} pauses, peak queue {peak}",
        taking.await?
    )?;
    Ok(())
}

/// Takes one chunk; `false` at the end.
async fn take(out: &mut dyn Write, sink: &mut Consumer) -> anyhow::Result<bool> {
    let chunk = sink.next().await;
    match &chunk {
        Some(chunk) => writeln!(out, "  sink takes {}", str::from_utf8(chunk)?)?,
        None => writeln!(out, "  sink final")?,
    }
    Ok(chunk.is_some())
}

fn write(out: &mut dyn Write, producer: &Producer, text: &'static str) -> anyhow::Result<()> {
    let advice = match producer.push(text.into())? {
        WriteStatus::Ready => "go on",
        WriteStatus::Full => "stop",
    };
    writeln!(
        out,
        "write {text} -> {advice}, queued {}",
        producer.queued_bytes()
    )?;
    Ok(())
}
