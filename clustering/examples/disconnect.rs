//! `worker.disconnect()`: no new work, but what has begun is finished.
//!
//! Here it is called `drain`, and has a deadline, where Node waits for ever.

use std::sync::Arc;

use anyhow::Context;
use clustering::{Body, Cluster, Event, Worker, client, is_primary};
use futures::StreamExt;
use hyper::service::service_fn;
use hyper::{Request, Response};
use tokio::sync::Notify;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let cluster = Cluster::builder()
            .listen("127.0.0.1:0")
            .workers(2)
            .respawn(false)
            .build()?;
        let (address, handle) = (cluster.address(), cluster.handle());
        let (listening, mut exits) = (cluster.on(Event::listening), cluster.on(Event::exit));
        let (mut messages, mut draining) =
            (cluster.on(Event::message), cluster.on(Event::draining));
        let lesson = async {
            listening.take(2).count().await;
            let slow = tokio::spawn(client::get(address, "/slow"));
            let (leaving, _) = messages.next().await.context("a message")?;
            handle.worker(leaving.id).drain();
            draining.next().await;
            let leaver = format!("Handled by worker {}", leaving.id);
            let other = client::get(address, "/").await? != leaver;
            println!("asked meanwhile, the other one answers: {other}");
            handle.worker(leaving.id).send(&"go on").await?;
            println!("what has begun is answered: {}", slow.await?? == leaver);
            let (worker, exit, voluntary) = exits.next().await.context("an exit")?;
            println!("it is the one that goes: {}", worker == leaving);
            println!("{exit}, voluntary: {voluntary}");
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let mut worker = Worker::from_env()?;
        let (id, sender, mut messages) = (worker.id(), worker.sender(), worker.receiver());
        let go_on = Arc::new(Notify::new());
        let told = go_on.clone();
        tokio::spawn(async move {
            while messages.recv().await.is_some() {
                told.notify_one();
            }
        });
        let answer = move |request: Request<Body>| {
            let (sender, go_on) = (sender.clone(), go_on.clone());
            async move {
                if request.uri().path() == "/slow" {
                    sender.send(&"begun").await?;
                    go_on.notified().await;
                }
                anyhow::Ok(Response::new(format!("Handled by worker {id}")))
            }
        };
        Ok(worker.serve(service_fn(answer)).await?)
    }
}
