//! A port that somebody else has: an error, and no worker that serves.
//!
//! Twin: `golden/16-taken-port.mjs`, where each worker finds out by itself. Here the primary listens first, so that `build` fails and none is started.

use std::io::{ErrorKind, Write};
use std::net::TcpListener;

use anyhow::{Context, bail};
use clustering::Error;

use crate::stage::ask::ask;
use crate::stage::workers::{during, listening, workers};

/// Prints what a taken port is, and that it can be had later.
pub async fn taken_port(out: &mut dyn Write) -> anyhow::Result<()> {
    let stranger = TcpListener::bind("127.0.0.1:0")?;
    let address = stranger.local_addr()?;

    let cluster = workers("who", 1)?.listen(address.to_string());
    let Err(Error::Listen { source, .. }) = cluster.clone().build() else {
        bail!("two cannot have one port");
    };
    let code = match source.kind() {
        ErrorKind::AddrInUse => "EADDRINUSE",
        _ => "something else",
    };
    writeln!(out, "taken: {code}, workers: 0")?;

    drop(stranger);
    let cluster = cluster.build().context("the port is free again")?;
    let same = cluster.address().port() == address.port();
    let mut events = cluster.events();
    during(cluster, async {
        listening(&mut events, 1).await?;
        ask(address, "/").await?;
        writeln!(out, "free: the same port: {same}, served")?;
        Ok(())
    })
    .await
}
