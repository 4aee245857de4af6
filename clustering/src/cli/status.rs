//! `clustering status`: what `/status` of the admin address says, as a table, once or redrawn as top does.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use anyhow::Context;
use clustering::client;
use serde_json::Value;
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
    let redraws = args.watch && io::stdout().is_terminal();
    let mut before = None;
    // From here on Ctrl-C is heard, also while the server is asked.
    let mut interrupted = signal(SignalKind::interrupt())?;
    loop {
        let asked = tokio::select! {
            asked = timeout(PATIENCE, client::get(&args.admin, "/status")) => asked,
            _ = interrupted.recv() => return Ok(130),
        };
        let text = asked.with_context(|| format!("no answer within {PATIENCE:?}"))?;
        let text = text.with_context(|| format!("cannot ask http://{}", args.admin))?;
        let status: Value =
            serde_json::from_str(&text).context("that is no cluster's admin address")?;
        let words = if args.json {
            text + "\n"
        } else {
            table(&status, before.as_ref())
        };
        print(&words, redraws)?;
        if !args.watch {
            return Ok(0);
        }
        before = Some(status);
        tokio::select! {
            () = sleep(args.every) => {}
            _ = interrupted.recv() => return Ok(130),
        }
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
fn table(status: &Value, before: Option<&Value>) -> String {
    let workers = status["workers"].as_array().map_or(&[][..], Vec::as_slice);
    let ready = workers
        .iter()
        .filter(|worker| worker["state"] == "ready")
        .count();
    let mut lines = vec![format!(
        "{ready} of {} workers serve{}, up {}, {} requests{}, {} died, {} reloads",
        status["wanted"],
        if status["ending"] == true {
            ", stopping"
        } else {
            ""
        },
        span(&status["uptime"]),
        status["requests"],
        rate(
            status,
            before,
            &status["requests"],
            before.map(|before| &before["requests"])
        ),
        status["totals"]["died"],
        status["totals"]["reloads"],
    )];
    lines.push(format!(
        "{:>4} {:>6} {:>8}  {:<9} {:>8} {:>6} {:>12} {:>12}",
        "SLOT", "WORKER", "PID", "STATE", "UP", "OPEN", "CONNECTIONS", "REQUESTS"
    ));
    let mut workers: Vec<_> = workers.iter().collect();
    workers.sort_by_key(|worker| (worker["slot"].as_u64(), worker["id"].as_u64()));
    for worker in workers {
        let counters = &worker["counters"];
        lines.push(format!(
            "{:>4} {:>6} {:>8}  {:<9} {:>8} {:>6} {:>12} {:>12}",
            worker["slot"].as_u64().unwrap_or_default(),
            worker["id"].as_u64().unwrap_or_default(),
            worker["pid"].as_u64().unwrap_or_default(),
            worker["state"].as_str().unwrap_or("?"),
            span(&worker["uptime"]),
            counters["open"].as_u64().unwrap_or_default(),
            counters["connections"].as_u64().unwrap_or_default(),
            counters["requests"].as_u64().unwrap_or_default(),
        ));
    }
    lines.join("\n") + "\n"
}

fn rate(status: &Value, before: Option<&Value>, now: &Value, then: Option<&Value>) -> String {
    let elapsed = before.map_or(0.0, |before| {
        seconds(&status["uptime"]) - seconds(&before["uptime"])
    });
    match (now.as_f64(), then.and_then(Value::as_f64)) {
        (Some(now), Some(then)) if elapsed > 0.0 => {
            format!(" ({:.0} a second)", (now - then).max(0.0) / elapsed)
        }
        _ => String::new(),
    }
}

fn seconds(duration: &Value) -> f64 {
    let part = |name: &str| duration[name].as_f64().unwrap_or_default();
    part("secs") + part("nanos") / 1e9
}

fn span(duration: &Value) -> String {
    let seconds = duration["secs"].as_u64().unwrap_or_default();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
    }
}
