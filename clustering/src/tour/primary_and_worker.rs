//! One program, started again for each worker: who am I, and what was I given?
//!
//! Twin: `golden/01-primary-and-worker.mjs`. `fork(env)` is a builder's `env` here; the worker is `introduction` in `stage/roles.rs`.

use std::io::Write;

use anyhow::Context;
use clustering::{Event, is_primary};
use futures::StreamExt;

use crate::stage::workers::{during, workers};

/// Prints what a primary knows of itself, and what its workers say.
pub async fn primary_and_worker(out: &mut dyn Write) -> anyhow::Result<()> {
    let given = std::env::var("GIVEN").unwrap_or("nothing".to_owned());
    let (primary, worker) = (is_primary(), !is_primary());
    writeln!(
        out,
        "primary: isPrimary={primary} isWorker={worker} given={given}"
    )?;

    let cluster = workers("introduction", 2)?
        .env("GIVEN", "a colour")
        .build()?;
    let mut events = cluster.events();
    let mut hellos = Vec::new();
    let introductions = async {
        while hellos.len() < 2 {
            if let Event::Message { worker, message } = events.next().await.context("an event")? {
                hellos.push((worker, message));
            }
        }
        Ok(())
    };
    during(cluster, introductions).await?;

    hellos.sort_by_key(|(worker, _)| worker.id);
    let pid = std::process::id();
    for (worker, hello) in hellos {
        let (id, is_primary) = (&hello["id"], &hello["isPrimary"]);
        let given = hello["given"].as_str().unwrap_or("nothing");
        writeln!(out, "worker {id}: isPrimary={is_primary} given={given}")?;
        let (same, child) = (*id == worker.id.0, hello["primary"] == pid);
        writeln!(
            out,
            "  worker.id is the same: {same}, a child of the primary: {child}"
        )?;
        writeln!(out, "  a process of its own: {}", worker.pid != pid)?;
    }
    Ok(())
}
