//! What the primary is told of each worker, in this order.
//!
//! Events are a `Stream`, which ends with the cluster. There is also `Draining`, not in Node.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::ready;

use clustering::{Cluster, Event, Worker, is_primary};
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
        let (handle, events) = (cluster.handle(), cluster.events());
        let ready = cluster.on(Event::listening).take(2);
        cluster.run_until(ready.count()).await?;

        let mut seen = BTreeMap::<_, Vec<_>>::new();
        for event in events.collect::<Vec<_>>().await {
            let (name, worker) = match event {
                Event::Fork(worker) => ("fork", worker),
                Event::Online(worker) => ("online", worker),
                Event::Listening { worker, .. } => ("listening", worker),
                Event::Disconnect(worker) => ("disconnect", worker),
                Event::Exit { worker, .. } => ("exit", worker),
                _ => continue,
            };
            seen.entry(worker.id).or_default().push(name);
        }
        for (id, names) in seen {
            println!("worker {id}: {}", names.join(" "));
        }
        println!("the cluster has ended: {}", handle.stats().await.is_err());
        Ok(())
    } else {
        let answer = |_| ready(Ok::<_, Infallible>(Response::new(String::new())));
        Ok(Worker::from_env()?.serve(service_fn(answer)).await?)
    }
}
