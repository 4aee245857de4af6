//! `kill -9` of a worker: the other one goes on, and a new one takes its place.
//!
//! In Node the program forks again in `on('exit')`. Here the cluster does, unless `respawn(false)`
//! says otherwise.

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
            handle.worker(killed.id).kill(Signal::SIGKILL);
            let (worker, exit, voluntary) = exits.next().await.context("an exit")?;
            println!("the killed one died: {}", worker == killed);
            println!("{exit}, voluntary: {voluntary}");
            let answer = client::get(address, "/").await?;
            let other = answer != format!("Handled by worker {}", killed.id);
            println!("meanwhile another one answers: {other}");
            let new = listening.next().await.context("a worker")?;
            println!(
                "worker {} listens, another process: {}",
                new.id,
                new.pid != killed.pid
            );
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
