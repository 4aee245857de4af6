//! Port 0: one port that the system chooses, the same for all workers.
//!
//! Twin: `golden/05-one-port.mjs`. The primary listens before it starts a worker, so that the port is known from the first line on.

use std::io::Write;

use anyhow::Context;
use clustering::Event;
use futures::StreamExt;

use crate::stage::ask::Connection;
use crate::stage::workers::{during, workers};

/// Prints the ports as relations, and who answers.
pub async fn one_port(out: &mut dyn Write) -> anyhow::Result<()> {
    let cluster = workers("who", 3)?.build()?;
    let (address, mut events) = (cluster.address(), cluster.events());
    during(cluster, async {
        let mut addresses = Vec::new();
        while addresses.len() < 3 {
            if let Event::Listening { address, .. } = events.next().await.context("an event")? {
                addresses.push(address);
            }
        }
        writeln!(out, "workers that listen: {}", addresses.len())?;
        let same = addresses.iter().all(|listens| *listens == address);
        let is_one = address.port() > 0;
        writeln!(out, "a port: {is_one}, the same for all: {same}")?;

        let mut connections = Vec::new();
        let mut answers = Vec::new();
        for address in addresses {
            let mut connection = Connection::open(address).await?;
            answers.push(connection.ask("/").await?);
            connections.push(connection);
        }
        answers.sort();
        writeln!(out, "{}", answers.join("\n"))?;
        Ok(())
    })
    .await
}
