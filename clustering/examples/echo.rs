//! Any protocol: a worker is given connections, here for an echo server.
//!
//! The cluster counts, drains and cuts them, whatever they carry. `probe(None)` tells it that the
//! workers do not answer HTTP.
//!
//! Longer than the Node program: reading to the end and closing are written out.

use clustering::{Cluster, Event, Worker, is_primary};
use futures::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy, split};
use tokio::net::TcpStream;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let builder = Cluster::builder().listen("127.0.0.1:0").workers(2);
        let cluster = builder.probe(None).build()?;
        let (address, listening) = (cluster.address(), cluster.on(Event::listening));
        let lesson = async {
            listening.take(2).count().await;
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(b"hello").await?;
            stream.shutdown().await?;
            let mut echo = String::new();
            stream.read_to_string(&mut echo).await?;
            println!("echo: {echo}");
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let mut connections = Worker::from_env()?.connections().await?;
        while let Some(connection) = connections.accept().await? {
            tokio::spawn(async move {
                let (mut read, mut write) = split(connection);
                copy(&mut read, &mut write).await?;
                write.shutdown().await
            });
        }
        Ok(())
    }
}
