//! More than one core: while one worker computes, and hears nothing, the other one answers.
//!
//! Twin: `golden/12-busy.mjs`. Each worker has one thread here too; who computes for longer than `hang_after` is replaced.

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use clustering::Event;
use futures::StreamExt;

use crate::stage::ask::ask;
use crate::stage::workers::{during, listening, workers};

/// Prints who answers while a worker computes.
pub async fn busy(out: &mut dyn Write) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let enough = folder.path().join("enough");
    let cluster = workers("busy", 2)?
        .env("ENOUGH", &enough)
        .hang_after(Duration::from_secs(60))
        .build()?;
    let (address, mut events) = (cluster.address(), cluster.events());
    during(cluster, async {
        listening(&mut events, 2).await?;
        let meanwhile = async {
            while !matches!(
                events.next().await.context("an event")?,
                Event::Message { .. }
            ) {}
            let answer = ask(address, "/").await?;
            writeln!(out, "one worker computes; the other one answers: {answer}")?;
            std::fs::write(&enough, "")?;
            anyhow::Ok(())
        };
        let (computed, ()) = tokio::try_join!(ask(address, "/compute"), meanwhile)?;
        writeln!(out, "then the first one answers: {computed}")?;
        Ok(())
    })
    .await
}
