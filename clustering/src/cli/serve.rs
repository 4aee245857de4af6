//! `clustering serve`, and what happens without any argument: the notes' example.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::pin::pin;
use std::time::Duration;

use clustering::{Builder, Cluster, Ended, Event, Outcome, Scheduling, Settings, Signal};
use futures::StreamExt;

use super::message::say;
use super::{address, duration, size};

/// What can be said about a server.
#[derive(clap::Args)]
pub struct Args {
    /// Where to listen: a port, `HOST:PORT`, `[::1]:PORT`; port 0 is any free one
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:3000", value_parser = address::parse)]
    listen: String,
    /// How many workers; as many as there are cores unless said otherwise, or what `CLUSTER_WORKERS` says
    #[arg(short, long, value_name = "N")]
    workers: Option<NonZeroUsize>,
    /// Who gets a connection: rr (the worker that has the fewest), shared (who is quicker), reuseport (the kernel decides)
    #[arg(short, long, value_name = "POLICY")]
    policy: Option<Scheduling>,
    /// Leave it at that when a worker dies, as Node does
    #[arg(long)]
    no_respawn: bool,
    /// The most connections of a worker
    #[arg(long, value_name = "N", default_value_t = Settings::default().max_connections)]
    max_connections: u64,
    /// How long idle connections stay open when a worker leaves
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration::parse)]
    linger: Duration,
    /// How long a worker that leaves may take for what it has begun
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse)]
    deadline: Duration,
    /// How long a worker may show no sign of life before it is replaced
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration::parse)]
    hang_after: Duration,
    /// How long a worker may take to be ready
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse)]
    start_timeout: Duration,
    /// How long the head of a request may take, and how long a connection may be idle
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse)]
    head_timeout: Duration,
    /// How long the body of a request may pause
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse)]
    body_pause: Duration,
    /// The most bytes of a request's body
    #[arg(long, value_name = "SIZE", default_value = "1M", value_parser = size::parse)]
    max_body: usize,
    /// Print nothing
    #[arg(short, long)]
    quiet: bool,
}

/// Runs the server until it is asked to end, and gives the exit status.
pub async fn serve(args: Args) -> anyhow::Result<u8> {
    let quiet = args.quiet;
    let cluster = builder(args).build()?;
    let handle = cluster.handle();
    let mut events = cluster.events();
    if !quiet && !tell(&format!("Primary PID: {}", std::process::id())) {
        return Ok(0);
    }
    let address = cluster.address();
    if !quiet {
        say(&format!("listening on http://{address}"));
    }
    let mut running = pin!(cluster.run());
    let telling = async {
        while let Some(event) = events.next().await {
            if !quiet && !show(&event) {
                // Whoever reads our output has gone, and we with him.
                handle.shutdown();
            }
        }
    };
    let (ended, ()) = tokio::join!(&mut running, telling);
    Ok(status(&ended?))
}

fn builder(args: Args) -> Builder {
    let mut builder = Cluster::builder()
        .listen(args.listen)
        .respawn(!args.no_respawn)
        .linger(args.linger)
        .deadline(args.deadline)
        .hang_after(args.hang_after)
        .start_timeout(args.start_timeout)
        .settings(Settings {
            max_connections: args.max_connections,
            head_timeout: args.head_timeout,
            body_pause: args.body_pause,
            body_bytes: args.max_body as u64,
            ..Settings::default()
        });
    if let Some(workers) = args.workers {
        builder = builder.workers(workers);
    }
    if let Some(policy) = args.policy {
        builder = builder.scheduling(policy);
    }
    builder
}

/// Prints what the notes print, and on stderr what else people want to know. False if nobody reads it any more.
fn show(event: &Event) -> bool {
    match event {
        Event::Listening { worker, .. } => return tell(&format!("Worker {} started", worker.pid)),
        Event::Exit { worker, .. } => return tell(&format!("Worker {} died", worker.pid)),
        Event::ForkFailed { reason, .. } => say(reason),
        Event::Hung { worker } => say(&format!(
            "worker {} shows no sign of life, and is killed",
            worker.pid
        )),
        Event::NotReady { worker } => say(&format!(
            "worker {} was not ready in time, and is killed",
            worker.pid
        )),
        Event::NotDrained { worker } => say(&format!(
            "worker {} did not finish in time, and is killed",
            worker.pid
        )),
        Event::Reloaded => say("reloaded"),
        Event::ReloadFailed { reason } => say(&format!(
            "not reloaded, the old workers go on: the new one failed: {reason}"
        )),
        Event::AcceptFailed { reason } => say(&format!("cannot accept: {reason}")),
        _ => {}
    }
    true
}

fn tell(line: &str) -> bool {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).is_ok()
}

/// 0 after an orderly end; as a shell says it, 128 and the number of the signal, if somebody had not the time to wait.
fn status(ended: &Ended) -> u8 {
    match (ended.outcome, ended.signal) {
        (Outcome::Quit, signal) => {
            let number = signal.unwrap_or(Signal::SIGQUIT) as i32;
            u8::try_from(128 + number).unwrap_or(1)
        }
        _ => 0,
    }
}
