//! The example of the notes: PIDs are shown as numbers, since they differ each time: 0 is the primary, the others are workers.
//!
//! Twin: `golden/04-notes.mjs`. `clustering` without arguments is the same on port 3000, with the PIDs.

use std::collections::BTreeMap;
use std::io::Write;

use clustering::Signal;

use crate::stage::ask::Connection;
use crate::stage::workers::{during, exited, listening, workers};

/// Prints who started, who answered, and who died.
pub async fn notes(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("hello", 2)?.respawn(false).build()?;
    let (address, handle, mut events) = (cluster.address(), cluster.handle(), cluster.events());
    during(cluster, async {
        let workers = listening(&mut events, 2).await?;
        let mut numbers = BTreeMap::from([(std::process::id().to_string(), 0)]);
        numbers.extend(workers.iter().map(|one| (one.pid.to_string(), one.id.0)));
        let number = |text: String| -> String {
            let known = |word: &str| numbers.get(word).map_or(word.to_owned(), u64::to_string);
            text.split(' ').map(known).collect::<Vec<_>>().join(" ")
        };
        let primary = number(format!("Primary PID: {}", std::process::id()));
        writeln!(out, "{primary}")?;
        for worker in &workers {
            let started = number(format!("Worker {} started", worker.pid));
            writeln!(out, "{started}")?;
        }

        let mut connections = Vec::new();
        let mut answers = Vec::new();
        for _ in 0..2 {
            let mut connection = Connection::open(address).await?;
            answers.push(number(connection.ask("/").await?));
            connections.push(connection);
        }
        answers.sort();
        writeln!(out, "{}", answers.join("\n"))?;
        drop(connections);

        handle.worker(workers[0].id).kill(Signal::SIGKILL);
        let (worker, ..) = exited(&mut events).await?;
        writeln!(out, "{}", number(format!("Worker {} died", worker.pid)))?;
        Ok(())
    })
    .await
}
