//! A protocol of lines on plain TCP, with a goodbye of its own.
//!
//! The cluster hands out connections; what is said on them is up to the program. So it is the
//! program that has to tell a client to leave: this one says `goodbye`, and answers until the client closes.
//!
//! ```sh
//! cargo run --bin tcp
//! nc 127.0.0.1 3000     # sends back each line
//! kill -HUP PRIMARY     # says goodbye
//! ```

use std::env::args;
use std::process;

use clustering::{Cluster, Connection, Worker, is_primary};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio_util::sync::CancellationToken;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let address = args().nth(1).unwrap_or("127.0.0.1:3000".into());
        // The workers do not speak HTTP, by which they would be asked whether they serve.
        let cluster = Cluster::builder().listen(address).probe(None).build()?;
        let (pid, address) = (process::id(), cluster.address());
        println!("primary {pid} listens on tcp://{address}");
        cluster.run().await?;
        return Ok(());
    }
    let worker = Worker::from_env()?;
    let draining = worker.draining();
    let mut connections = worker.connections().await?;
    while let Some(connection) = connections.accept().await? {
        let draining = draining.clone();
        tokio::spawn(async move {
            if let Err(error) = converse(connection, draining).await {
                eprintln!("a client has left: {error}");
            }
        });
    }
    Ok(())
}

async fn converse(connection: Connection, draining: CancellationToken) -> std::io::Result<()> {
    let (read, mut write) = tokio::io::split(connection);
    let mut lines = BufReader::new(read).lines();
    let mut is_leaving = false;
    loop {
        tokio::select! {
            line = lines.next_line() => match line? {
                Some(line) => write.write_all(format!("{line}\n").as_bytes()).await?,
                None => return write.shutdown().await,
            },
            () = draining.cancelled(), if !is_leaving => {
                is_leaving = true;
                write.write_all(b"goodbye\n").await?;
            }
        }
    }
}
