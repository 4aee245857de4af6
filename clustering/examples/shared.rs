//! `SCHED_NONE`: all workers accept from the same socket, and the system decides which is quicker.
//!
//! The socket stays the primary's: a worker that goes takes no waiting connection along.

use std::convert::Infallible;
use std::future::ready;

use clustering::{Cluster, Event, Scheduling, Worker, client, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .scheduling(Scheduling::Shared)
            .build()?;
        let (address, listening) = (cluster.address(), cluster.on(Event::listening));
        let lesson = async {
            listening.take(2).count().await;
            let ours = ["Handled by worker 1", "Handled by worker 2"];
            let mut answered = 0;
            for _ in 0..10 {
                let answer = client::get(address, "/").await?;
                answered += u32::from(ours.contains(&answer.as_str()));
            }
            println!("answered by one of the two: {answered} of 10");
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
