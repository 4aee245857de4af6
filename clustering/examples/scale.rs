//! More workers, and fewer, while the cluster runs.
//!
//! Node's program forks and disconnects. `Handle::fork` and `WorkerHandle::drain` are there too,
//! and SIGTTIN and SIGTTOU.

use std::convert::Infallible;
use std::future::ready;

use anyhow::Context;
use clustering::{Cluster, Event, Worker, client, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(1)
            .build()?;
        let (address, handle) = (cluster.address(), cluster.handle());
        let (mut listening, exits) = (cluster.on(Event::listening), cluster.on(Event::exit));
        let count = async || anyhow::Ok(handle.stats().await?.workers.len());
        let lesson = async {
            let one = listening.next().await.context("a worker")?;
            println!("workers: {}", count().await?);
            handle.scale(3);
            listening.take(2).count().await;
            println!("workers: {}", count().await?);
            handle.scale(1);
            exits.take(2).count().await;
            println!("workers: {}, worker {} stays", count().await?, one.id);
            println!("{}", client::get(address, "/").await?);
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
