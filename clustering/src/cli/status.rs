//! `clustering status`: what `/status` of the admin address says, as a table, once or redrawn as top does.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anyhow::Context;
use clustering::{Stats, client};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout};

use super::{address, duration};

/// What is to be shown.
#[derive(clap::Args)]
pub struct Args {
    /// The admin address of the server
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9100", value_parser = address::parse)]
    admin: String,
    /// Show it again and again
    #[arg(short, long)]
    watch: bool,
    /// How often
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration::parse, requires = "watch")]
    every: Duration,
    /// Print the JSON as it is
    #[arg(long)]
    json: bool,
}

/// How long the server may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Home, and what is left below and beside the new lines is removed.
const REDRAW: &str = "\x1b[H";
const CLEAR_BELOW: &str = "\x1b[J";
const CLEAR_LINE: &str = "\x1b[K";

/// Prints a table, and with `--watch` the next one over it until it is interrupted.
pub async fn status(args: Args) -> anyhow::Result<u8> {
    // From here on Ctrl-C is heard, also while the server is asked.
    let mut interrupted = signal(SignalKind::interrupt())?;
    tokio::select! {
        shown = show(&args) => shown.map(|()| 0),
        _ = interrupted.recv() => Ok(130),
    }
}

async fn show(args: &Args) -> anyhow::Result<()> {
    let redraws = args.watch && io::stdout().is_terminal();
    let mut before = None;
    loop {
        let asked = timeout(PATIENCE, client::get(&args.admin, "/status")).await;
        let text = asked.with_context(|| format!("no answer within {PATIENCE:?}"))?;
        let text = text.with_context(|| format!("cannot ask http://{}", args.admin))?;
        let status: Stats =
            serde_json::from_str(&text).context("that is no cluster's admin address")?;
        let words = if args.json {
            text + "\n"
        } else {
            table(&status, before.as_ref())
        };
        print(&words, redraws)?;
        if !args.watch {
            return Ok(());
        }
        before = Some(status);
        sleep(args.every).await;
    }
}

fn print(words: &str, redraws: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if redraws {
        let words = words.replace('\n', &format!("{CLEAR_LINE}\n"));
        write!(out, "{REDRAW}{words}{CLEAR_BELOW}")?;
    } else {
        write!(out, "{words}")?;
    }
    out.flush()
}

/// The columns that `/status` has and those that follow from two of them.
fn table(status: &Stats, before: Option<&Stats>) -> String {
    let mut table = format!(
        "{} of {} workers serve{}, up {}, {} requests{}, {} died, {} reloads\n",
        status.ready(),
        status.wanted,
        if status.ending { ", stopping" } else { "" },
        span(status.uptime),
        status.requests,
        before.map_or_else(String::new, |before| rate(status, before)),
        status.totals.died,
        status.totals.reloads,
    );
    table += "SLOT WORKER      PID  STATE           UP   OPEN  CONNECTIONS     REQUESTS\n";
    let mut workers: Vec<_> = status.workers.iter().collect();
    workers.sort_by_key(|worker| (worker.slot, worker.id));
    for worker in workers {
        let (up, counters) = (span(worker.uptime), worker.counters);
        table += &format!(
            "{:>4} {:>6} {:>8}  {:<9} {up:>8} {:>6} {:>12} {:>12}\n",
            worker.slot,
            worker.id,
            worker.pid,
            worker.state,
            counters.open,
            counters.connections,
            counters.requests,
        );
    }
    table
}

fn rate(now: &Stats, before: &Stats) -> String {
    let elapsed = now.uptime.saturating_sub(before.uptime).as_secs_f64();
    let requests = now.requests.saturating_sub(before.requests) as f64;
    match elapsed {
        0.0 => String::new(),
        _ => format!(" ({:.0} a second)", requests / elapsed),
    }
}

fn span(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..60 => format!("{seconds}s"),
        seconds @ 60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        seconds => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}
