//! A port that another program has: an error, and no worker is started.
//!
//! In Node each worker finds out by itself. Here the primary listens first, and `build` fails.

use std::convert::Infallible;
use std::future::ready;
use std::net::TcpListener;

use clustering::{Cluster, Error, Event, Worker, client, is_primary};
use futures::StreamExt;
use hyper::Response;
use hyper::service::service_fn;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let other = TcpListener::bind("127.0.0.1:0")?;
        let address = other.local_addr()?;
        let builder = Cluster::builder().listen(address.to_string()).workers(1);
        if let Err(Error::Listen { source, .. }) = builder.clone().build() {
            println!("taken: {}", source.kind());
        }
        drop(other);
        let cluster = builder.build()?;
        let listening = cluster.on(Event::listening);
        let lesson = async {
            listening.take(1).count().await;
            println!("free: {}", client::get(address, "/").await?);
            anyhow::Ok(())
        };
        cluster.run_until(lesson).await?
    } else {
        let answer = |_| ready(Ok::<_, Infallible>(Response::new("served".to_owned())));
        Ok(Worker::from_env()?.serve(service_fn(answer)).await?)
    }
}
