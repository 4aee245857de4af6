//! Server-sent events that say goodbye when their worker drains, by hyper alone.
//!
//! An answer without an end keeps a worker until its time is over, and is cut then. `draining` tells
//! of it before: the stream ends with an event, and the browser connects again, to a new worker.
//!
//! ```sh
//! cargo run --bin sse
//! curl -N 127.0.0.1:3000/events
//! kill -HUP PRIMARY     # the last event is a goodbye
//! ```

use std::convert::Infallible;
use std::env::args;
use std::process;
use std::time::Duration;

use clustering::{Body, Cluster, Worker, is_primary};
use futures::future::ready;
use futures::stream::{self, StreamExt};
use http_body_util::{Either, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    if is_primary() {
        let address = args().nth(1).unwrap_or("127.0.0.1:3000".into());
        let cluster = Cluster::builder().listen(address).build()?;
        let (pid, address) = (process::id(), cluster.address());
        println!("primary {pid} listens on http://{address}");
        cluster.run().await?;
        return Ok(());
    }
    let worker = Worker::from_env()?;
    let draining = worker.draining();
    let answer = move |request: Request<Body>| {
        if request.uri().path() != "/events" {
            let text = format!("Hello from worker {}", process::id());
            return ready(Ok::<_, Infallible>(Response::new(Either::Left(
                Full::from(text),
            ))));
        }
        let numbers = stream::unfold(0, async |number| {
            tokio::time::sleep(Duration::from_millis(500)).await;
            Some((
                format!("data: {number} from worker {}\n\n", process::id()),
                number + 1,
            ))
        });
        // `retry`: after how many milliseconds the browser connects again.
        let goodbye = stream::iter(["retry: 10\nevent: goodbye\ndata: \n\n".to_owned()]);
        let events = numbers
            .take_until(draining.clone().cancelled_owned())
            .chain(goodbye);
        let frames = events.map(|event| Ok::<_, Infallible>(Frame::data(Bytes::from(event))));
        let mut response = Response::new(Either::Right(StreamBody::new(frames)));
        let kind = HeaderValue::from_static("text/event-stream");
        response.headers_mut().insert(CONTENT_TYPE, kind);
        ready(Ok(response))
    };
    Ok(worker.serve(service_fn(answer)).await?)
}
