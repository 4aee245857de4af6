//! What the workers of the notes' example answer: who they are.

use std::convert::Infallible;

use bytes::Bytes;
use clustering::{Body, Error, Worker};
use http_body_util::{BodyExt, Full};
use hyper::body::Body as _;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};

/// Serves `Handled by worker PID` until the primary wants no more of this process.
pub fn serve(worker: Worker) -> Result<(), Error> {
    let words = Bytes::from(format!("Handled by worker {}", std::process::id()));
    worker.serve_blocking(service_fn(move |request| answer(request, words.clone())))
}

async fn answer(request: Request<Body>, words: Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut body = request.into_body();
    // A client that sends something may want to be sure that it has arrived.
    while !body.is_end_stream() {
        match body.frame().await {
            Some(Ok(_)) => {}
            Some(Err(_)) => {
                let mut broken = Response::default();
                *broken.status_mut() = StatusCode::BAD_REQUEST;
                return Ok(broken);
            }
            None => break,
        }
    }
    Ok(Response::new(Full::new(words)))
}
