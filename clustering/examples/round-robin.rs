//! `SCHED_RR`, the default: the primary accepts, and hands connections to all workers alike.
//!
//! Here a connection goes to the worker that has the fewest, and in turn among equals.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::ready;

use clustering::client::Connection;
use clustering::{Cluster, Event, Scheduling, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(3)
            .scheduling(Scheduling::RoundRobin)
            .build()?;
        let (address, listening) = (cluster.address(), cluster.on(Event::listening));
        let lesson = async {
            listening.take(3).count().await;
            let (mut connections, mut answers) = (Vec::new(), Vec::new());
            let mut counts = BTreeMap::new();
            for _ in 0..12 {
                let mut connection = Connection::open(address).await?;
                let answer = connection.get("/").await?;
                *counts.entry(answer.clone()).or_insert(0) += 1;
                answers.push(answer);
                connections.push(connection);
            }
            for (worker, count) in counts {
                println!("{worker}: {count} of 12");
            }
            let in_turn = answers.windows(2).all(|pair| pair[0] != pair[1]);
            println!("never the same twice in a row: {in_turn}");
            // It is connections that are handed out: what comes later on one goes to its worker.
            let same = connections[0].get("/").await? == answers[0];
            println!("a second request on a connection: the same worker: {same}");
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
