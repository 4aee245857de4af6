//! The example of the notes: PIDs are shown as the numbers of their workers, since they differ each time.
//!
//! Twin: `golden/04-notes.mjs`. `clustering` without arguments is the same on port 3000, with the PIDs.

use std::io::Write;

use clustering::Signal;

use super::ask::Connection;
use super::workers::{during, exited, listening, workers};

/// Prints who started, who answered, and who died.
pub async fn notes(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("hello", 2)?.respawn(false).build()?;
    let (address, handle, mut events) = (cluster.address(), cluster.handle(), cluster.events());
    during(cluster, async {
        let workers = listening(&mut events, 2).await?;
        let number = |text: String| -> String {
            let worker = |word: &str| workers.iter().find(|one| one.pid.to_string() == word);
            let known = |word| worker(word).map_or(word.to_owned(), |one| one.id.to_string());
            text.split(' ').map(known).collect::<Vec<_>>().join(" ")
        };
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
