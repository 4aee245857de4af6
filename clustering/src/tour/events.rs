//! What the primary is told about each worker, in this order.
//!
//! Twin: `golden/02-events.mjs`. Events are a `Stream` here; there is also one for `Draining`, which Node has not.

use std::collections::BTreeMap;
use std::io::Write;

use clustering::Event;
use futures::StreamExt;

use crate::stage::workers::{during, listening, workers};

/// Prints the events of each worker.
pub async fn events(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("who", 2)?.build()?;
    let (handle, events) = (cluster.handle(), cluster.events());
    let mut ready = cluster.events();
    during(cluster, async {
        listening(&mut ready, 2).await?;
        let alive = handle.stats().await?.workers.len();
        writeln!(out, "workers in cluster.workers: {alive}")?;
        Ok(())
    })
    .await?;

    let mut seen = BTreeMap::<_, Vec<_>>::new();
    for event in events.collect::<Vec<_>>().await {
        let (name, worker) = match event {
            Event::Fork { worker } => ("fork", worker),
            Event::Online { worker } => ("online", worker),
            Event::Listening { worker, .. } => ("listening", worker),
            Event::Disconnect { worker } => ("disconnect", worker),
            Event::Exit { worker, .. } => ("exit", worker),
            _ => continue,
        };
        seen.entry(worker.id).or_default().push(name);
    }
    for (id, names) in seen {
        writeln!(out, "worker {id}: {}", names.join(" "))?;
    }
    // A cluster that has ended answers no more.
    let alive = handle.stats().await.map_or(0, |stats| stats.workers.len());
    writeln!(out, "workers in cluster.workers: {alive}")?;
    Ok(())
}
