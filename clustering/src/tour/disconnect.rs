//! `worker.disconnect()`: no new work, but what it has begun is finished.
//!
//! Twin: `golden/13-disconnect.mjs`. It is called `drain` here, and has a deadline, where Node waits for ever; the worker is `slow` in `stage/roles.rs`.

use std::io::Write;

use anyhow::Context;
use clustering::Event;
use futures::StreamExt;
use serde_json::json;

use crate::stage::ask::ask;
use crate::stage::workers::{during, exited, listening, workers};

/// Prints what becomes of a request in flight.
pub async fn disconnect(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("slow", 2)?.build()?;
    let (address, handle, mut events) = (cluster.address(), cluster.handle(), cluster.events());
    during(cluster, async {
        listening(&mut events, 2).await?;
        let meanwhile = async {
            let leaving = loop {
                match events.next().await.context("an event")? {
                    Event::Message { worker, .. } => break worker,
                    _ => continue,
                }
            };
            handle.worker(leaving.id).drain();
            // From here on it gets nothing new.
            while !matches!(events.next().await, Some(Event::Draining { .. }) | None) {}
            let us = format!("Handled by worker {}", leaving.id);
            let other = ask(address, "/").await? != us;
            writeln!(out, "asked meanwhile, the other one answers: {other}")?;
            handle.worker(leaving.id).send(&json!("go on")).await?;
            anyhow::Ok((leaving, us))
        };
        let (slow, (leaving, us)) = tokio::try_join!(ask(address, "/slow"), meanwhile)?;
        writeln!(out, "what was begun is answered: {}", slow == us)?;
        let (worker, exit, voluntary) = exited(&mut events).await?;
        let same = worker == leaving;
        writeln!(
            out,
            "it is the one that goes: {same}; {exit}, voluntary: {voluntary}"
        )?;
        Ok(())
    })
    .await
}
