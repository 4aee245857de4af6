//! A new version without a gap: for each worker a new one starts, then the old one goes.
//!
//! Node leaves it to the program; here it is `reload`, or SIGHUP. Requests may come at any moment.
//! In Node one that comes while a worker disconnects may see its connection closed.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::ready;

use clustering::{Cluster, Event, Worker, client, is_primary};
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
        let (mut listening, exits) = (cluster.on(Event::listening), cluster.on(Event::exit));
        let lesson = async {
            listening.by_ref().take(2).count().await;
            let reloaded = Cell::new(false);
            let reload = async {
                let failure = handle.reload().await?;
                reloaded.set(true);
                anyhow::Ok(failure)
            };
            let ask = async {
                let (mut asked, mut answered) = (0, 0);
                while !reloaded.get() {
                    asked += 1;
                    let answer = client::get(address, "/").await?;
                    answered += u32::from(answer.starts_with("Handled by worker"));
                }
                anyhow::Ok((asked, answered))
            };
            let (_, (asked, answered)) = tokio::try_join!(reload, ask)?;
            let mut replaced = listening.take(2).zip(exits);
            while let Some((new, (old, exit, _))) = replaced.next().await {
                println!("worker {} for worker {}: {exit}", new.id, old.id);
            }
            println!("asked meanwhile: {}", asked > 0);
            println!("without an answer: {}", asked - answered);
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
