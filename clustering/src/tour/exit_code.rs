//! How a worker ended, and whether that was the primary's will.
//!
//! Twin: `golden/10-exit-code.mjs`. `respawn(false)` leaves it at that, as Node does; `exitedAfterDisconnect` is `voluntary`.

use std::io::Write;

use clustering::Signal;
use serde_json::json;

use crate::stage::workers::{during, exited, listening, workers};

/// Prints the ends of three workers.
pub async fn exit_code(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("obedient", 3)?.respawn(false).build()?;
    let (handle, mut events) = (cluster.handle(), cluster.events());
    during(cluster, async {
        let workers = listening(&mut events, 3).await?;
        for (n, worker) in workers.iter().enumerate() {
            let worker = handle.worker(worker.id);
            match n {
                0 => worker.send(&json!({ "exit": 3 })).await?,
                1 => worker.kill(Signal::SIGKILL),
                _ => worker.drain(),
            }
            let (worker, exit, voluntary) = exited(&mut events).await?;
            writeln!(out, "worker {}: {exit}, voluntary: {voluntary}", worker.id)?;
        }
        Ok(())
    })
    .await
}
