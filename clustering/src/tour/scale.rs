//! More workers, and fewer, while the cluster runs.
//!
//! Twin: `golden/15-scale.mjs`, which forks and disconnects. `Handle::fork` and `WorkerHandle::drain` are there too; also SIGTTIN and SIGTTOU.

use std::io::Write;
use std::num::NonZeroUsize;

use anyhow::Context;

use crate::stage::ask::ask;
use crate::stage::workers::{during, exited, listening, workers};

/// Prints how many workers there are.
pub async fn scale(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("who", 1)?.build()?;
    let (address, handle, mut events) = (cluster.address(), cluster.handle(), cluster.events());
    during(cluster, async {
        let one = listening(&mut events, 1).await?[0].id;
        let count = async || Ok::<_, clustering::Error>(handle.stats().await?.workers.len());
        writeln!(out, "workers: {}", count().await?)?;

        handle.scale(NonZeroUsize::new(3).context("three")?);
        let more = listening(&mut events, 2).await?;
        let (workers, first, second) = (count().await?, more[0].id, more[1].id);
        writeln!(
            out,
            "workers: {workers}, the new ones are {first} and {second}"
        )?;

        handle.scale(NonZeroUsize::MIN);
        for _ in 0..2 {
            exited(&mut events).await?;
        }
        writeln!(out, "workers: {}, worker {one} stays", count().await?)?;
        writeln!(out, "{}", ask(address, "/").await?)?;
        Ok(())
    })
    .await
}
