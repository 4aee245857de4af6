//! The workers of the lessons and of the demo: this program, started again by its cluster. Twins: the `isWorker` halves of `golden/*.mjs`.

use std::cell::Cell;
use std::convert::Infallible;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use anyhow::{bail, ensure};
use bytes::Bytes;
use clustering::{Body, Error, Worker, is_primary};
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response};
use serde_json::json;
use tokio::sync::Mutex;
use tokio::task::spawn_local;

use crate::cli::hello;
use crate::stage::workers::{listening, workers};

/// Plays the role until the primary wants no more of it.
pub fn worker(worker: Worker, role: &str) -> anyhow::Result<()> {
    let served = match role {
        "who" => who(worker),
        "hello" => hello::serve(worker),
        "introduction" => introduction(worker),
        "counter" => counter(worker),
        "squares" => squares(worker),
        "obedient" => obedient(worker),
        "busy" => busy(worker),
        "slow" => slow(worker),
        _ => bail!("no worker is called {role:?}"),
    };
    Ok(served?)
}

fn answer(words: impl Into<Bytes>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(words.into())))
}

/// Answers with its number.
fn who(worker: Worker) -> Result<(), Error> {
    let words = format!("Handled by worker {}", worker.id());
    worker.serve(service_fn(move |_| {
        let words = words.clone();
        async { answer(words) }
    }))
}

/// Says who it is.
fn introduction(worker: Worker) -> Result<(), Error> {
    let (id, to_primary) = (worker.id().0, worker.sender());
    let hello = json!({
        "id": id,
        "isPrimary": is_primary(),
        "given": std::env::var("GIVEN").ok(),
        "primary": std::os::unix::process::parent_id(),
    });
    worker.serve_with(async move || {
        // Whoever does not hear it is gone, and we with him.
        let _ = to_primary.send(&hello).await;
        service_fn(async |_| answer(""))
    })
}

/// Counts visits, in a variable of its own.
fn counter(worker: Worker) -> Result<(), Error> {
    let visits = Rc::new(Cell::new(0));
    worker.serve(service_fn(move |request: Request<Body>| {
        let visits = visits.clone();
        async move {
            // The primary asks for `/` to see whether it can answer at all.
            if request.uri().path() == "/visit" {
                visits.set(visits.get() + 1);
            }
            answer(visits.get().to_string())
        }
    }))
}

/// Squares numbers that come as messages.
fn squares(mut worker: Worker) -> Result<(), Error> {
    let id = worker.id().0;
    let (to_primary, mut from_primary) = (worker.sender(), worker.receiver());
    worker.serve_with(async move || {
        spawn_local(async move {
            while let Some(message) = from_primary.recv().await {
                let n = message["n"].as_i64().unwrap_or_default();
                let square = json!({ "worker": id, "n": n, "square": n * n });
                if to_primary.send(&square).await.is_err() {
                    return;
                }
            }
        });
        service_fn(async |_| answer(""))
    })
}

/// Ends with the status that it is told.
fn obedient(mut worker: Worker) -> Result<(), Error> {
    let mut from_primary = worker.receiver();
    worker.serve_with(async move || {
        spawn_local(async move {
            while let Some(message) = from_primary.recv().await {
                if let Some(code) = message["exit"].as_i64() {
                    std::process::exit(i32::try_from(code).unwrap_or(1));
                }
            }
        });
        service_fn(async |_| answer(""))
    })
}

/// Computes, if it is asked to, until there is a file that says that it is enough.
fn busy(worker: Worker) -> Result<(), Error> {
    let to_primary = worker.sender();
    worker.serve(service_fn(move |request: Request<Body>| {
        let to_primary = to_primary.clone();
        async move {
            if request.uri().path() != "/compute" {
                return answer("at once");
            }
            let _ = to_primary.send(&"begun").await;
            // The message is sent by the loop that is about to stand still.
            tokio::task::yield_now().await;
            let enough = std::env::var("ENOUGH").unwrap_or_default();
            while !Path::new(&enough).exists() {}
            answer("computed")
        }
    }))
}

/// Begins a slow answer, and finishes it when it is told to.
fn slow(mut worker: Worker) -> Result<(), Error> {
    let words = format!("Handled by worker {}", worker.id());
    let (to_primary, from_primary) = (worker.sender(), worker.receiver());
    let from_primary = Rc::new(Mutex::new(from_primary));
    worker.serve(service_fn(move |request: Request<Body>| {
        let (to_primary, from_primary) = (to_primary.clone(), from_primary.clone());
        let words = words.clone();
        async move {
            if request.uri().path() == "/slow" {
                let _ = to_primary.send(&"begun").await;
                let _ = from_primary.lock().await.recv().await;
            }
            answer(words)
        }
    }))
}

/// A primary in a process of its own, for the lesson that kills it.
pub async fn primary(role: String) -> anyhow::Result<u8> {
    ensure!(role == "primary", "no primary is called {role:?}");
    let cluster = workers("who", 2)?.build()?;
    let mut events = cluster.events();
    let telling = async {
        let ready = listening(&mut events, 2).await?.len();
        writeln!(std::io::stdout(), "workers that listen: {ready}")?;
        anyhow::Ok(())
    };
    let (ended, told) = tokio::join!(cluster.run(), telling);
    ended?;
    told?;
    Ok(0)
}
