//! Messages between primary and workers, both ways, in order.
//!
//! `send` waits while there is no room, where Node's queue grows.
//!
//! Longer than the Node program: the loop of messages and the empty answer are written out.

use std::convert::Infallible;
use std::future::ready;

use clustering::{Cluster, Event, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .build()?;
        let (handle, listening) = (cluster.handle(), cluster.on(Event::listening));
        let answers = cluster.on(Event::message).take(6);
        let lesson = async {
            let workers: Vec<_> = listening.take(2).collect().await;
            for n in 1..=3 {
                for worker in &workers {
                    handle.worker(worker.id).send(&json!({ "n": n })).await?;
                }
            }
            let mut answers: Vec<_> = answers.collect().await;
            answers.sort_by_key(|(worker, _)| worker.id);
            for (worker, message) in answers {
                println!("worker {}: {message}", worker.id);
            }
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let mut worker = Worker::from_env()?;
        let (sender, mut messages) = (worker.sender(), worker.receiver());
        tokio::spawn(async move {
            while let Some(message) = messages.recv().await {
                let n = message["n"].as_i64().unwrap_or(0);
                sender.send(&json!({ "n": n, "square": n * n })).await?;
            }
            anyhow::Ok(())
        });
        let answer = |_| ready(Ok::<_, Infallible>(Response::new(String::new())));
        Ok(worker.serve(service_fn(answer)).await?)
    }
}
