//! Workers share a port and no variable: each has its own.
//!
//! What all need is in a database, or sent as messages.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::ready;

use clustering::client::Connection;
use clustering::{Cluster, Event, Worker, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let visits = Cell::new(0);
    if is_primary() {
        // No first request to see whether a worker answers: it would count.
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .probe(None)
            .build()?;
        let (address, listening) = (cluster.address(), cluster.on(Event::listening));
        let lesson = async {
            listening.take(2).count().await;
            let mut one = Connection::open(address).await?;
            let mut other = Connection::open(address).await?;
            for n in 1..=3 {
                let (one, other) = (one.get("/").await?, other.get("/").await?);
                println!("visit {n} of each: {one} and {other}");
            }
            println!("in the primary: {}", visits.get());
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let answer = move |_| {
            visits.set(visits.get() + 1);
            ready(Ok::<_, Infallible>(Response::new(visits.get().to_string())))
        };
        Ok(Worker::from_env()?.serve(service_fn(answer)).await?)
    }
}
