//! Workers share a port and nothing else: a variable is there once in each.
//!
//! Twin: `golden/08-own-memory.mjs`. What all are to see belongs into a database, or goes as messages; the worker is `counter` in `stage/roles.rs`.

use std::io::Write;

use crate::stage::ask::Connection;
use crate::stage::workers::{during, listening, workers};

/// Prints how far each worker has counted.
pub async fn own_memory(out: &mut dyn Write) -> anyhow::Result<()> {
    let visits = 0;
    let cluster = workers("counter", 2)?.build()?;
    let (address, mut events) = (cluster.address(), cluster.events());
    during(cluster, async {
        listening(&mut events, 2).await?;
        // Two that are open at once are with two workers.
        let mut one = Connection::open(address).await?;
        let mut other = Connection::open(address).await?;
        for round in 1..=3 {
            let (one, other) = (one.ask("/visit").await?, other.ask("/visit").await?);
            writeln!(out, "visit {round} of each: {one} and {other}")?;
        }
        writeln!(out, "in the primary: {visits}")?;
        Ok(())
    })
    .await
}
