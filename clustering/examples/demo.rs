//! What a cluster is for: a worker dies, then all are replaced, and no client notices.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::ready;

use anyhow::Context;
use clustering::{Cluster, Event, Signal, Worker, client, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .build()?;
        let (address, handle) = (cluster.address(), cluster.handle());
        let (mut listening, mut exits) = (cluster.on(Event::listening), cluster.on(Event::exit));
        let lesson = async {
            let killed = listening.next().await.context("a worker")?;
            listening.next().await;
            println!("Two workers listen on one port.");
            handle.worker(killed.id).kill(Signal::SIGKILL);
            let (_, exit, _) = exits.next().await.context("an exit")?;
            println!("One of them is killed: {exit}.");
            client::get(address, "/").await?;
            println!("Asked at once, the other one answers.");
            let new = listening.next().await.context("a worker")?;
            println!("Worker {} takes its place.", new.id);

            println!("Reload, and requests meanwhile:");
            let reloaded = Cell::new(false);
            let reload = async {
                handle.reload().await?;
                reloaded.set(true);
                anyhow::Ok(())
            };
            let ask = async {
                while !reloaded.get() {
                    client::get(address, "/").await?;
                }
                Ok(())
            };
            tokio::try_join!(reload, ask)?;
            let mut replaced = listening.take(2).zip(exits.by_ref());
            while let Some((new, (_, exit, _))) = replaced.next().await {
                println!("  worker {} takes over; the old one: {exit}.", new.id);
            }
            println!("Every request was answered.");
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await??;
        while let Some((_, exit, voluntary)) = exits.next().await {
            println!("Shut down: {exit}, voluntary: {voluntary}.");
        }
        Ok(())
    } else {
        let worker = Worker::from_env()?;
        let text = format!("Handled by worker {}", worker.id());
        let answer = move |_| ready(Ok::<_, Infallible>(Response::new(text.clone())));
        Ok(worker.serve(service_fn(answer)).await?)
    }
}
