//! How a worker ended, and whether the primary wanted it: `exitedAfterDisconnect`.
//!
//! `respawn(false)` starts no other in its place, as Node.

use std::convert::Infallible;
use std::future::ready;
use std::process;

use clustering::{Cluster, Event, Signal, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(3)
            .respawn(false)
            .build()?;
        let (handle, listening) = (cluster.handle(), cluster.on(Event::listening));
        let mut exits = cluster.on(Event::exit);
        let lesson = async {
            let mut workers: Vec<_> = listening.take(3).collect().await;
            workers.sort_by_key(|worker| worker.id);
            for (n, worker) in workers.iter().enumerate() {
                let worker = handle.worker(worker.id);
                match n {
                    0 => worker.send(&"exit").await?,
                    1 => worker.kill(Signal::SIGKILL),
                    _ => worker.drain(),
                }
                if let Some((worker, exit, voluntary)) = exits.next().await {
                    println!("worker {}: {exit}, voluntary: {voluntary}", worker.id);
                }
            }
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let mut worker = Worker::from_env()?;
        let mut messages = worker.receiver();
        tokio::spawn(async move {
            if messages.recv().await.is_some() {
                process::exit(3);
            }
        });
        let answer = |_| ready(Ok::<_, Infallible>(Response::new(String::new())));
        Ok(worker.serve(service_fn(answer)).await?)
    }
}
