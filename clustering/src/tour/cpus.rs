//! A worker for each core.
//!
//! Twin: `golden/03-cpus.mjs`. Node's program counts and forks; here it is what a cluster does unless it is told otherwise.

use std::collections::BTreeSet;
use std::io::Write;

use crate::stage::workers::{during, listening, workers};

/// Prints how workers and cores compare.
pub async fn cpus(out: &mut dyn Write) -> anyhow::Result<()> {
    let num_cpus = num_cpus::get();
    let cluster = workers("who", num_cpus)?.build()?;
    let mut events = cluster.events();
    let workers = during(cluster, listening(&mut events, num_cpus)).await?;

    writeln!(out, "at least one core: {}", num_cpus >= 1)?;
    let each = workers.len() == num_cpus;
    writeln!(out, "a worker for each core: {each}")?;
    let pids: BTreeSet<_> = workers.iter().map(|worker| worker.pid).collect();
    let each = pids.len() == num_cpus;
    writeln!(out, "a process for each worker: {each}")?;
    let none = !pids.contains(&std::process::id());
    writeln!(out, "the primary is none of them: {none}")?;
    Ok(())
}
