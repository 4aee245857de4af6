//! `clustering demo`: what a cluster is for, in a few lines: a worker dies, all are replaced, and nobody who asks notices.

use std::cell::Cell;
use std::io::{self, Write};

use anyhow::{Context, ensure};
use clustering::{Event, Signal};
use futures::StreamExt;

use crate::stage::ask::{Connection, ask};
use crate::stage::workers::{during, exited, in_words, listening, workers};

/// Starts two workers, and tells what becomes of them.
pub async fn demo() -> anyhow::Result<u8> {
    let mut out = io::stdout();
    let cluster = workers("who", 2)?.build()?;
    let (address, handle) = (cluster.address(), cluster.handle());
    let (mut events, mut farewell) = (cluster.events(), cluster.events());
    let story = async {
        let started = listening(&mut events, 2).await?;
        writeln!(out, "Two workers listen on one port.")?;
        let mut one = Connection::open(address).await?;
        let mut other = Connection::open(address).await?;
        let mut answers = [one.ask("/").await?, other.ask("/").await?];
        drop((one, other));
        answers.sort();
        writeln!(out, "Two connections: {}.", answers.join(", "))?;

        handle.worker(started[0].id).kill(Signal::SIGKILL);
        let (dead, exit, _) = exited(&mut events).await?;
        writeln!(out, "Worker {} is killed: {exit}.", dead.id)?;
        ask(address, "/").await?;
        writeln!(out, "Asked at once, another worker answers.")?;
        let replacement = listening(&mut events, 1).await?[0].id;
        writeln!(out, "Worker {replacement} takes its place.")?;

        writeln!(out, "Reload, and requests meanwhile:")?;
        let reloaded = Cell::new(false);
        let reload = async {
            let failed = handle.reload().await?;
            reloaded.set(true);
            anyhow::Ok(failed)
        };
        let asking = async {
            while !reloaded.get() {
                let answer = ask(address, "/").await?;
                ensure!(answer.starts_with("Handled by worker "), "{answer}");
            }
            Ok(())
        };
        let (failed, ()) = tokio::try_join!(reload, asking)?;
        ensure!(failed.is_none(), "the new workers do not start");
        for _ in 0..2 {
            let new = listening(&mut events, 1).await?[0].id;
            let (old, exit, _) = exited(&mut events).await?;
            writeln!(out, "  worker {new} for worker {}: {exit}.", old.id)?;
        }
        writeln!(out, "Every request was answered.")?;
        Ok(())
    };
    during(cluster, story).await?;

    let mut last = Vec::new();
    while let Some(event) = farewell.next().await {
        if let Event::Exit { worker, exit, .. } = event {
            last.push((worker.id, exit));
        }
    }
    let mut last = last.split_off(last.len().checked_sub(2).context("two are left")?);
    last.sort_by_key(|(id, _)| *id);
    for (id, exit) in last {
        writeln!(out, "Shut down: worker {id}: {}.", in_words(exit))?;
    }
    Ok(0)
}
