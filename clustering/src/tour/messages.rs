//! Messages between primary and workers, both ways, in order.
//!
//! Twin: `golden/09-messages.mjs`. `send` waits while there is no room, where Node's queue grows; the worker is `squares` in `stage/roles.rs`.

use std::collections::BTreeMap;
use std::io::Write;

use anyhow::{Context, ensure};
use clustering::Event;
use futures::StreamExt;
use serde_json::json;

use crate::stage::workers::{during, listening, workers};

/// Prints what each worker answered.
pub async fn messages(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("squares", 2)?.build()?;
    let (handle, mut events) = (cluster.handle(), cluster.events());
    let mut seen = BTreeMap::<_, Vec<_>>::new();
    during(cluster, async {
        let workers = listening(&mut events, 2).await?;
        for n in 1..=3 {
            for worker in &workers {
                handle.worker(worker.id).send(&json!({ "n": n })).await?;
            }
        }
        while seen.values().map(Vec::len).sum::<usize>() < 6 {
            if let Event::Message { worker, message } = events.next().await.context("an event")? {
                ensure!(
                    message["worker"] == worker.id.0,
                    "a message of somebody else"
                );
                let words = format!("{} squared is {}", message["n"], message["square"]);
                seen.entry(worker.id).or_default().push(words);
            }
        }
        Ok(())
    })
    .await?;
    for (id, words) in seen {
        writeln!(out, "worker {id}: {}", words.join(", "))?;
    }
    Ok(())
}
