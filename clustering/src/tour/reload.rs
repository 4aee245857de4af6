//! A new version without a gap: for each worker a new one is started, and the old one goes when that listens.
//!
//! Twin: `golden/14-reload.mjs`. Node leaves it to the program; here it is `Handle::reload`, or SIGHUP. Here a client may ask at any moment, and does; there
//! one that asks while a worker disconnects may see its connection closed.

use std::cell::Cell;
use std::io::Write;

use anyhow::ensure;

use crate::stage::ask::ask;
use crate::stage::workers::{during, exited, listening, workers};

/// Prints who replaced whom, and that nobody noticed.
pub async fn reload(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("who", 2)?.build()?;
    let (address, handle, mut events) = (cluster.address(), cluster.handle(), cluster.events());
    during(cluster, async {
        listening(&mut events, 2).await?;
        let (mut asked, mut answered) = (0, 0);
        let reloaded = Cell::new(false);
        let reload = async {
            let failed = handle.reload().await?;
            reloaded.set(true);
            anyhow::Ok(failed)
        };
        let asking = async {
            while !reloaded.get() {
                asked += 1;
                let answer = ask(address, "/").await?;
                answered += u32::from(answer.starts_with("Handled by worker "));
            }
            Ok(())
        };
        let (failed, ()) = tokio::try_join!(reload, asking)?;
        ensure!(failed.is_none(), "the new ones do not start");
        for _ in 0..2 {
            let new = listening(&mut events, 1).await?[0];
            let (old, exit, voluntary) = exited(&mut events).await?;
            let (new, old) = (new.id, old.id);
            writeln!(
                out,
                "worker {new} for worker {old}: {exit}, voluntary: {voluntary}"
            )?;
        }
        let (some, lost) = (asked > 0, asked - answered);
        writeln!(out, "asked meanwhile: {some}, without an answer: {lost}")?;
        let new = ["Handled by worker 3", "Handled by worker 4"];
        let new = new.contains(&ask(address, "/").await?.as_str());
        writeln!(out, "now one of the new ones answers: {new}")?;
        Ok(())
    })
    .await
}
