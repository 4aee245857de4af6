//! `SCHED_NONE`: all workers accept from the same socket, and the system decides who is quicker. Even it is not.
//!
//! Twin: `golden/07-shared.mjs`. Here the socket stays the primary's, so that no worker takes its queue along when it goes.

use std::io::Write;

use clustering::Scheduling;

use crate::stage::ask::ask;
use crate::stage::workers::{during, listening, workers};

/// Prints that all were answered, which is all that can be said.
pub async fn shared(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("who", 2)?.scheduling(Scheduling::Shared).build()?;
    let (address, mut events) = (cluster.address(), cluster.events());
    during(cluster, async {
        listening(&mut events, 2).await?;
        writeln!(out, "the same port for both: {}", address.port() > 0)?;
        let ours = ["Handled by worker 1", "Handled by worker 2"];
        let mut answers = Vec::new();
        for _ in 0..10 {
            answers.push(ask(address, "/").await?);
        }
        let by_ours = answers.iter().all(|answer| ours.contains(&answer.as_str()));
        let count = answers.len();
        writeln!(out, "answered: {count} of 10, by one of the two: {by_ours}")?;
        Ok(())
    })
    .await
}
