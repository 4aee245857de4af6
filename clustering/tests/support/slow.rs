//! A server whose handlers are slow, wrong or large: what a cluster has to bear, to be tried by hand and by `tests/`.
//!
//! ```sh
//! cargo run -p clustering --example slow -- listen=127.0.0.1:3000 workers=2 linger=500 deadline=2000
//! curl http://127.0.0.1:3000/sleep/500
//! ```
//!
//! | path | what its handler does |
//! |---|---|
//! | `/` | answers who it is |
//! | `/sleep/MS` | the same, later; others are answered meanwhile |
//! | `/spin/MS` | the same, but it computes all the while: nobody else of this worker is answered |
//! | `/panic` | panics |
//! | `/big` | answers 1 MiB |
//! | `/echo` | answers what it was sent |

use std::convert::Infallible;
use std::process::{ExitCode, id};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use clustering::{Body, BodyError, Builder, Cluster, Event, Settings, Worker, is_primary};
use futures::StreamExt;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};

fn main() -> ExitCode {
    let ended = if is_primary() {
        primary()
    } else {
        work().map_err(anyhow::Error::from)
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("slow: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn work() -> Result<(), clustering::Error> {
    Worker::from_env()?.serve_blocking(service_fn(answer))
}

async fn answer(request: Request<Body>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let words = format!("Hello from worker {}", id());
    let bytes = match path.split('/').collect::<Vec<_>>()[1..] {
        ["sleep", time] => {
            tokio::time::sleep(milliseconds(time)).await;
            words.into()
        }
        ["spin", time] => {
            spin(milliseconds(time));
            words.into()
        }
        ["panic"] => panic!("as was asked for"),
        ["big"] => Bytes::from(vec![b'x'; 1 << 20]),
        ["echo"] => match whole(request.into_body()).await {
            Ok(body) => body,
            Err(_) => return Ok(not_answered(StatusCode::BAD_REQUEST)),
        },
        [""] => words.into(),
        _ => return Ok(not_answered(StatusCode::NOT_FOUND)),
    };
    Ok(Response::new(Full::new(bytes)))
}

fn not_answered(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

async fn whole(body: Body) -> Result<Bytes, BodyError> {
    Ok(body.collect().await?.to_bytes())
}

fn milliseconds(text: &str) -> Duration {
    Duration::from_millis(text.parse().unwrap_or(0))
}

fn spin(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}

fn primary() -> anyhow::Result<()> {
    let cluster = builder()?.build()?;
    let address = cluster.address();
    println!("Primary PID: {}", id());
    eprintln!("slow: listening on http://{address}");
    let mut events = cluster.events();
    let telling = async {
        while let Some(event) = events.next().await {
            match event {
                Event::Listening { worker, .. } => println!("Worker {} started", worker.pid),
                Event::Exit { worker, .. } => println!("Worker {} died", worker.pid),
                Event::Finished { pid } => println!("Worker {pid} died"),
                Event::Hung { worker } => eprintln!("slow: worker {} hangs", worker.pid),
                Event::Reloaded => eprintln!("slow: reloaded"),
                _ => {}
            }
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async { tokio::join!(cluster.run(), telling).0 })?;
    Ok(())
}

/// What was said on the command line: `NAME=VALUE`, times in milliseconds.
fn builder() -> anyhow::Result<Builder> {
    let mut builder = Cluster::builder().listen("127.0.0.1:0");
    for arg in std::env::args().skip(1) {
        let (name, value) = arg.split_once('=').context("say NAME=VALUE")?;
        let time = || value.parse().map(Duration::from_millis);
        builder = match name {
            "listen" => builder.listen(value),
            "workers" => builder.workers(value.parse()?),
            "policy" => builder.scheduling(value.parse().map_err(anyhow::Error::msg)?),
            "linger" => builder.linger(time()?),
            "deadline" => builder.deadline(time()?),
            "hang" => builder.hang_after(time()?),
            "exec" => builder.exec(value),
            "probe" => builder.probe(Some(value)),
            "most" => builder.settings(Settings {
                max_connections: value.parse()?,
                ..Settings::default()
            }),
            _ => bail!("there is no {name} to be said"),
        };
    }
    Ok(builder)
}
