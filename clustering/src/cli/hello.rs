//! What the workers of the notes' example answer: who they are.

use std::convert::Infallible;

use bytes::Bytes;
use clustering::{Body, Worker};
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Request, Response};

use super::access_log;

/// Serves `Handled by worker PID` until the primary wants no more of this process.
pub fn serve(mut worker: Worker) -> anyhow::Result<()> {
    if let Some(file) = std::env::var_os(access_log::VARIABLE) {
        worker = worker.access_log(access_log::open(file.as_ref())?);
    }
    let words = Bytes::from(format!("Handled by worker {}", std::process::id()));
    let service = service_fn(move |request| answer(request, words.clone()));
    Ok(worker.serve_blocking(service)?)
}

async fn answer(request: Request<Body>, words: Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut body = request.into_body();
    // A client that sends something may want to be sure that it has arrived. If it has not, the crate says so in place of this answer.
    while let Some(Ok(_)) = body.frame().await {}
    Ok(Response::new(Full::new(words)))
}
