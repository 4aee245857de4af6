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
//! | `/unread` | answers 401 and reads nothing |
//! | `/fail` | returns an error |
//! | `/peer` | answers the address of the client |
//! | `/goodbye` | answers when the worker drains |
//! | `/upgrade` | switches to a protocol that sends back what comes, and says goodbye when the worker drains |

use std::io::Write;
use std::process::{ExitCode, id};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::Bytes;
use clustering::{
    Body, BodyError, Builder, Cluster, ConnectionInfo, Event, Settings, Worker, is_primary,
};
use futures::StreamExt;
use futures::future::try_join_all;
use http_body_util::{BodyExt, Full};
use hyper::header::HeaderValue;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

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
    let is = |kind: &str| std::env::args().any(|arg| arg == kind);
    let mut worker = Worker::from_env()?;
    if is("log=stderr") {
        worker = worker.access_log(|access| {
            // In one piece: other processes write there too.
            let line = format!("slow: access {access}\n");
            let _ = std::io::stderr().write_all(line.as_bytes());
        });
    }
    let draining = worker.draining();
    let service = service_fn(move |request| answer(request, draining.clone()));
    let several = || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build();
        runtime.expect("room for a runtime")
    };
    if is("runtime=several") {
        several().block_on(worker.serve(service))
    } else if is("runtime=wrong") {
        several().block_on(async { worker.serve_blocking(service) })
    } else {
        worker.serve_blocking(service)
    }
}

async fn answer(
    request: Request<Body>,
    draining: CancellationToken,
) -> anyhow::Result<Response<Full<Bytes>>> {
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
        ["fail"] => bail!("as was asked for"),
        ["big"] => Bytes::from(vec![b'x'; 1 << 20]),
        ["echo"] => match whole(request.into_body()).await {
            Ok(body) => body,
            Err(_) => return Ok(not_answered(StatusCode::BAD_REQUEST)),
        },
        ["unread"] => return Ok(not_answered(StatusCode::UNAUTHORIZED)),
        ["peer"] => {
            let info = request.extensions().get::<ConnectionInfo>();
            info.map_or_else(String::new, |info| info.peer.to_string())
                .into()
        }
        ["goodbye"] => {
            draining.cancelled().await;
            format!("goodbye from worker {}", id()).into()
        }
        ["upgrade"] => {
            tokio::spawn(converse(request, draining));
            let mut response = not_answered(StatusCode::SWITCHING_PROTOCOLS);
            let headers = response.headers_mut();
            headers.insert("connection", HeaderValue::from_static("upgrade"));
            headers.insert("upgrade", HeaderValue::from_static("echo"));
            return Ok(response);
        }
        [""] => words.into(),
        _ => return Ok(not_answered(StatusCode::NOT_FOUND)),
    };
    Ok(Response::new(Full::new(bytes)))
}

/// Sends back what comes, and says goodbye when the worker drains.
async fn converse(request: Request<Body>, draining: CancellationToken) -> anyhow::Result<()> {
    let mut stream = TokioIo::new(hyper::upgrade::on(request).await?);
    let mut buffer = [0; 1024];
    loop {
        tokio::select! {
            read = stream.read(&mut buffer) => match read? {
                0 => return Ok(()),
                read => stream.write_all(&buffer[..read]).await?,
            },
            () = draining.cancelled() => return Ok(stream.write_all(b"goodbye").await?),
        }
    }
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
    println!("Primary PID: {}", id());
    let second = std::env::args().find_map(|arg| Some(arg.strip_prefix("second=")?.to_owned()));
    let first = builder(None)?.build()?;
    let second = second.map(|address| anyhow::Ok(builder(Some(&address))?.build()?));
    let clusters = [Some(first), second.transpose()?];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(try_join_all(clusters.into_iter().flatten().map(run)))?;
    Ok(())
}

async fn run(cluster: Cluster) -> anyhow::Result<()> {
    eprintln!("slow: listening on http://{}", cluster.address());
    let mut events = cluster.events();
    let telling = async {
        while let Some(event) = events.next().await {
            match event {
                Event::Listening { worker, .. } => println!("Worker {} started", worker.pid),
                Event::Exit { worker, .. } => println!("Worker {} died", worker.pid),
                Event::Hung(worker) => eprintln!("slow: worker {} hangs", worker.pid),
                Event::ServiceFailed { reason, .. } => eprintln!("slow: service failed: {reason}"),
                Event::Upgraded(pid) => eprintln!("slow: replaced by process {pid}"),
                Event::Reloaded => eprintln!("slow: reloaded"),
                _ => {}
            }
        }
    };
    tokio::join!(cluster.run(), telling).0?;
    Ok(())
}

/// What was said on the command line: `NAME=VALUE`, times in milliseconds.
fn builder(second: Option<&str>) -> anyhow::Result<Builder> {
    let (mut builder, mut settings) = (Cluster::builder(), Settings::default());
    let mut address = "127.0.0.1:0".to_owned();
    for arg in std::env::args().skip(1) {
        let (name, value) = arg.split_once('=').context("say NAME=VALUE")?;
        let time = || value.parse().map(Duration::from_millis);
        match name {
            "listen" => value.clone_into(&mut address),
            "workers" => builder = builder.workers(value.parse()?),
            "policy" => builder = builder.scheduling(value.parse().map_err(anyhow::Error::msg)?),
            "linger" => settings.idle_grace = time()?,
            "deadline" => settings.drain_timeout = time()?,
            "hang" => settings.heartbeat_timeout = time()?,
            "batch" => settings.reload_batch = value.parse()?,
            "exec" => builder = builder.exec(value),
            "cwd" => builder = builder.cwd(value),
            // Not for the builder.
            "second" | "runtime" | "log" => {}
            "probe" => builder = builder.probe(Some(value)),
            "most" => settings.max_connections = value.parse()?,
            _ => bail!("there is no {name} to be said"),
        }
    }
    Ok(builder
        .settings(settings)
        .listen(second.unwrap_or(&address)))
}
