//! `SCHED_RR`, the default: the primary accepts, and hands each connection to a worker, to all alike.
//!
//! Twin: `golden/06-round-robin.mjs`. Here it goes to the worker that has the fewest, and in turn among equals.

use std::collections::BTreeMap;
use std::io::Write;

use clustering::Scheduling;

use crate::stage::ask::Connection;
use crate::stage::workers::{during, listening, workers};

/// Prints how many connections each worker got.
pub async fn round_robin(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("who", 3)?
        .scheduling(Scheduling::RoundRobin)
        .build()?;
    let (address, mut events) = (cluster.address(), cluster.events());
    during(cluster, async {
        listening(&mut events, 3).await?;
        let mut connections = Vec::new();
        let mut answers = Vec::new();
        for _ in 0..12 {
            let mut connection = Connection::open(address).await?;
            answers.push(connection.ask("/").await?);
            connections.push(connection);
        }
        let mut counts = BTreeMap::new();
        for answer in &answers {
            *counts.entry(answer).or_insert(0) += 1;
        }
        for (who, count) in counts {
            writeln!(out, "{who}: {count} of {}", answers.len())?;
        }
        let changes = answers.windows(2).all(|pair| pair[0] != pair[1]);
        writeln!(out, "never the same twice in a row: {changes}")?;

        // It is connections that are handed out: what comes later on one goes to its worker.
        let same = connections[0].ask("/").await? == answers[0];
        writeln!(
            out,
            "a second request on a connection: the same worker: {same}"
        )?;
        Ok(())
    })
    .await
}
