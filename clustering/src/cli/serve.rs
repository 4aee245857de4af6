//! `clustering serve`, and what happens without any argument: the notes' example.

use std::future;
use std::io::{self, Write};
use std::mem;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use anyhow::Context;
use clustering::{
    Address, Builder, Cluster, Ended, Event, Scheduling, Settings, ShutdownReason, Signal, admin,
    is_upgrade, notify,
};
use futures::StreamExt;
use listenfd::ListenFd;

use super::message::{report, say};
use super::pid_file::PidFile;
use super::{access_log, address, duration, size};

/// What can be said about a server.
#[derive(clap::Args)]
pub struct Args {
    /// Where to listen: a port, `HOST:PORT`, `[::1]:PORT`, `unix:PATH`; port 0 is any free one; more than once, on all of them
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:3000", value_parser = address::parse)]
    listen: Vec<String>,
    /// How many workers; as many as there are cores unless said otherwise, or what `CLUSTER_WORKERS` says
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    workers: Option<u16>,
    /// Which worker gets a connection: rr (the one that has the fewest), shared (the one that is quicker)
    #[arg(short, long, value_name = "POLICY")]
    policy: Option<Scheduling>,
    /// Leave it at that when a worker dies, as Node does
    #[arg(long)]
    no_respawn: bool,
    /// The most connections of a worker
    #[arg(long, value_name = "N", default_value_t = Settings::default().max_connections, value_parser = clap::value_parser!(u64).range(1..))]
    max_connections: u64,
    /// How long to serve on after SIGTERM while /readyz says 503 already, until a proxy has noticed
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration::parse)]
    lame_duck: Duration,
    /// How many workers a reload replaces at once
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    reload_batch: u16,
    /// How long idle connections stay open when a worker leaves
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration::parse)]
    idle_grace: Duration,
    /// How long a worker that leaves may take for what it has begun
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse)]
    drain_timeout: Duration,
    /// How long a worker may show no sign of life before it is replaced
    #[arg(long, value_name = "TIME", default_value = "3s", value_parser = duration::parse_positive)]
    heartbeat_timeout: Duration,
    /// How long a worker may take to be ready
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse_positive)]
    start_timeout: Duration,
    /// How long the head of a request may take, and how long a connection may be idle
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration::parse_positive)]
    head_timeout: Duration,
    /// How long the body of a request may pause
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = duration::parse_positive)]
    body_pause: Duration,
    /// How long the body of a request may take
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = duration::parse_positive)]
    body_timeout: Duration,
    /// The most bytes of a request's head, at least 8K
    #[arg(long, value_name = "SIZE", default_value = "16K", value_parser = size::parse_head)]
    max_head: usize,
    /// The most bytes of a request's body
    #[arg(long, value_name = "SIZE", default_value = "1M", value_parser = size::parse)]
    max_body: usize,
    /// Answer /livez, /readyz, /metrics, /status and a page for people, on this address
    #[arg(long, value_name = "ADDRESS", value_parser = address::parse)]
    admin: Option<String>,
    /// Write the number of the primary's process into this file, which is removed at the end
    #[arg(long, value_name = "FILE")]
    pid_file: Option<PathBuf>,
    /// Write a line for each answer into this file, or to stdout: time, client, request, status, bytes, milliseconds, and whether it was answered, refused, failed or cut
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    access_log: Option<PathBuf>,
    /// Print nothing
    #[arg(short, long)]
    quiet: bool,
}

/// Runs the server until it is asked to end, and gives the exit status.
pub async fn serve(args: Args) -> anyhow::Result<u8> {
    let quiet = args.quiet;
    let admin = args.admin.as_deref().map(listen_for_admin).transpose()?;
    let pid_file = args.pid_file.clone();
    let cluster = builder(args)?.build()?;
    let mut pid_file = pid_file.map(PidFile::new).transpose()?;
    let handle = cluster.handle();
    let mut events = cluster.events();
    let noticed = cluster.events();
    let mut stdout = Stdout::default();
    if !quiet && !stdout.print(&format!("Primary PID: {}", std::process::id())) {
        return Ok(0);
    }
    if !quiet {
        for address in cluster.addresses() {
            say(&match address {
                Address::Tcp(address) => format!("listening on http://{address}"),
                Address::Unix(_) => format!("listening on {address}"),
            });
        }
        if let Some(admin) = &admin {
            say(&format!("admin on http://{}", admin.local_addr()?));
        }
    }
    let mut running = pin!(cluster.run());
    let telling = async {
        while let Some(event) = events.next().await {
            match (&event, &pid_file) {
                // The file of the primary before is its own until now.
                (Event::Ready, Some(file)) if is_upgrade() => file.write()?,
                (Event::Upgraded(_), Some(_)) => {
                    pid_file.take().into_iter().for_each(PidFile::leave);
                }
                _ => {}
            }
            if !quiet && !show(&event, &mut stdout) {
                // The reader of our output has gone, so the server ends.
                handle.shutdown();
            }
        }
        anyhow::Ok(())
    };
    let answering = async {
        match admin {
            Some(listener) => admin::serve(listener, handle.clone()).await,
            None => future::pending().await,
        }
    };
    let notifying = async {
        if let Err(error) = notify(noticed, handle.clone()).await {
            say(&format!("NOTIFY_SOCKET: {error}"));
        }
    };
    let ended = tokio::select! {
        (ended, told, ()) = async { tokio::join!(&mut running, telling, notifying) } => {
            told?;
            ended?
        }
        never = answering => match never? {},
    };
    Ok(status(&ended))
}

fn listen_for_admin(address: &str) -> anyhow::Result<TcpListener> {
    clustering::listen(address).with_context(|| format!("cannot listen on {address}"))
}

fn builder(args: Args) -> anyhow::Result<Builder> {
    // From systemd, or a program that keeps to its convention.
    let mut inherited = ListenFd::from_env();
    let mut builder = args
        .listen
        .into_iter()
        .fold(Cluster::builder(), Builder::listen);
    for index in 0.. {
        let tcp = inherited.take_tcp_listener(index);
        let unix = |_| Ok(inherited.take_unix_listener(index)?.map(OwnedFd::from));
        let given: io::Result<_> = tcp.map(|one| one.map(OwnedFd::from)).or_else(unix);
        match given.context("a listener that LISTEN_FDS names")? {
            Some(listener) => builder = builder.listener(listener),
            None => break,
        }
    }
    let mut builder = builder.respawn(!args.no_respawn).settings(Settings {
        start_timeout: args.start_timeout,
        heartbeat_timeout: args.heartbeat_timeout,
        reload_batch: args.reload_batch.into(),
        lame_duck: args.lame_duck,
        idle_grace: args.idle_grace,
        drain_timeout: args.drain_timeout,
        max_connections: args.max_connections,
        head_timeout: args.head_timeout,
        body_pause: args.body_pause,
        body_timeout: args.body_timeout,
        body_bytes: args.max_body as u64,
        head_bytes: args.max_head,
        ..Settings::default()
    });
    if let Some(file) = args.access_log {
        let opened = access_log::open(&file);
        drop(opened.with_context(|| format!("cannot write {}", file.display()))?);
        builder = builder.env(access_log::VARIABLE, file);
    }
    if let Some(workers) = args.workers {
        builder = builder.workers(workers.into());
    }
    if let Some(policy) = args.policy {
        builder = builder.scheduling(policy);
    }
    Ok(builder)
}

/// Prints what the notes print, and on stderr what else people want to know. Returns false if the reader is gone.
fn show(event: &Event, stdout: &mut Stdout) -> bool {
    say(&match event {
        Event::Listening { worker, .. } => {
            return stdout.print(&format!("Worker {} started", worker.pid));
        }
        Event::Exit { worker, .. } => return stdout.print(&format!("Worker {} died", worker.pid)),
        Event::ForkFailed { reason, .. } => reason.clone(),
        Event::Hung(worker) => format!("{worker} shows no sign of life, and is killed"),
        Event::StartTimedOut(worker) => format!("{worker} was not ready in time, and is killed"),
        Event::DrainTimedOut(worker) => {
            format!("{worker} did not finish in time, and is killed")
        }
        Event::LameDuck => "going, but still serving until everybody has noticed".to_owned(),
        Event::Reloaded => "reloaded".to_owned(),
        Event::ReloadFailed(reason) => {
            format!("not reloaded, the old workers go on: the new one failed: {reason}")
        }
        Event::Upgraded(pid) => format!("replaced by process {pid}"),
        Event::UpgradeFailed(reason) => format!("not replaced, all goes on: {reason}"),
        Event::ServiceFailed { worker, reason } => format!("{worker}: a service failed: {reason}"),
        Event::SignalIgnored(signal) => format!("{signal} is ignored, as at the start"),
        Event::State(stats) => stats.to_json(),
        Event::AcceptFailed(reason) => format!("cannot accept: {reason}"),
        _ => return true,
    });
    true
}

/// What the notes print.
#[derive(Default)]
struct Stdout {
    has_failed: bool,
}

impl Stdout {
    /// Prints a line. Returns false if the reader is gone; any other failure, as of a full disk, is said once, and the server goes on.
    fn print(&mut self, line: &str) -> bool {
        let mut out = io::stdout().lock();
        let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) else {
            return true;
        };
        if error.kind() == io::ErrorKind::BrokenPipe {
            return false;
        }
        if !mem::replace(&mut self.has_failed, true) {
            report(&anyhow::Error::new(error).context("cannot write to stdout"));
        }
        true
    }
}

/// 0 after an orderly end; as a shell says it, 128 and the number of the signal, if a signal ended it at once.
fn status(ended: &Ended) -> u8 {
    match (ended.outcome, ended.signal) {
        (ShutdownReason::Quit, signal) => {
            let number = signal.unwrap_or(Signal::SIGQUIT) as i32;
            u8::try_from(128 + number).unwrap_or(1)
        }
        _ => 0,
    }
}
