//! What is measured of ours: answers with the worker's number, reads a POST, takes 300 ms for `/slow`. Longer bodies than 1 MiB it refuses unread.

use std::convert::Infallible;
use std::process;
use std::time::Duration;

use clustering::{Body, Cluster, Worker, is_primary};
use http_body_util::BodyExt;
use hyper::service::service_fn;
use hyper::{Request, Response};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let Some(address) = std::env::args().nth(1).filter(|arg| arg != "--bench") else {
        return Ok(());
    };
    if is_primary() {
        let cluster = Cluster::builder().listen(address).workers(2).build()?;
        cluster.run().await?;
        return Ok(());
    }
    let service = service_fn(async |request: Request<Body>| {
        if request.uri().path() == "/slow" {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        // The client of a body that is too long gets 413 in place of this answer.
        let read = request.into_body().collect().await.is_ok();
        let text = format!("read: {read}, worker {}", process::id());
        Ok::<_, Infallible>(Response::new(text))
    });
    Ok(Worker::from_env()?.serve(service).await?)
}
