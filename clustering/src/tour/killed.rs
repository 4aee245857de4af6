//! `kill -9` of a worker: the other one goes on, and a new one takes its place.
//!
//! Twin: `golden/11-killed.mjs`. Node's program forks in `on('exit')`; here a cluster does so unless it is told otherwise.

use std::io::Write;

use clustering::Signal;

use crate::stage::ask::{Connection, ask};
use crate::stage::workers::{during, exited, listening, workers};

/// Prints who died, and who answers then.
pub async fn killed(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("who", 2)?.build()?;
    let (address, handle, mut events) = (cluster.address(), cluster.handle(), cluster.events());
    during(cluster, async {
        let workers = listening(&mut events, 2).await?;
        handle.worker(workers[0].id).kill(Signal::SIGKILL);
        let (worker, exit, voluntary) = exited(&mut events).await?;
        writeln!(
            out,
            "worker {} died: {exit}, voluntary: {voluntary}",
            worker.id
        )?;
        let other = ask(address, "/").await? != "Handled by worker 1";
        writeln!(out, "meanwhile somebody else answers: {other}")?;
        let replacement = listening(&mut events, 1).await?[0];
        let (id, another) = (replacement.id, replacement.pid != worker.pid);
        writeln!(out, "worker {id} listens, another process: {another}")?;

        let mut one = Connection::open(address).await?;
        let mut other = Connection::open(address).await?;
        let mut answers = [one.ask("/").await?, other.ask("/").await?];
        answers.sort();
        writeln!(out, "{}", answers.join("\n"))?;
        Ok(())
    })
    .await
}
