//! Port 0: one port that the system chooses, the same for all workers.
//!
//! The primary listens before it starts a worker, so that the port is known from `build` on.

use std::convert::Infallible;
use std::future::ready;

use clustering::client::Connection;
use clustering::{Cluster, Event, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(3)
            .build()?;
        let (address, listening) = (cluster.address(), cluster.on(Event::listening));
        let lesson = async {
            println!("a port: {}", address.port() > 0);
            println!(
                "workers that listen on it: {}",
                listening.take(3).count().await
            );
            let (mut connections, mut answers) = (Vec::new(), Vec::new());
            for _ in 0..3 {
                let mut connection = Connection::open(address).await?;
                answers.push(connection.get("/").await?);
                connections.push(connection);
            }
            answers.sort();
            println!("{}", answers.join("\n"));
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let worker = Worker::from_env()?;
        let text = format!("Handled by worker {}", worker.id());
        let answer = move |_| ready(Ok::<_, Infallible>(Response::new(text.clone())));
        Ok(worker.serve(service_fn(answer)).await?)
    }
}
