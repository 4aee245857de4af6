//! `child-process each`: a job for each line of stdin, some at a time, their outputs never mixed.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{IsTerminal, Write};
use std::num::NonZeroU32;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::time::Duration;

use anyhow::{Context, Result};
use child_process::{Error, Exit, Output, Signal};
use futures::stream::{FuturesUnordered, StreamExt};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use memchr::memmem;
use nix::sys::resource::{Resource, getrlimit};
use tokio::sync::watch;

use super::{duration, exit_report, input, message, run, signals, size};

/// A job has two pipes and a descriptor that tells its end.
const FDS_PER_JOB: u64 = 3;
/// What this process itself has open, and what starting a job opens for a moment.
const OWN_FDS: u64 = 32;

/// Arguments of `each`.
#[derive(clap::Args)]
pub struct Args {
    /// How many run at a time; 0 for as many as can [default: as many as there are cores]
    #[arg(short, long, short_alias = 'P', value_name = "N")]
    jobs: Option<usize>,
    /// Items end with a NUL instead of a newline: `find -print0`
    #[arg(short = '0', long)]
    null: bool,
    /// Print in the order of the items, not of the ends
    #[arg(short, long)]
    keep_order: bool,
    /// Begin each line of output with the item and a tab
    #[arg(long, conflicts_with = "json")]
    tag: bool,
    /// End a job after this time, with everything that it has started; 0 is no limit
    #[arg(long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<Duration>,
    /// The signal that ends a job
    #[arg(long, value_name = "SIGNAL", default_value = "TERM", value_parser = run::parse_signal)]
    signal: Signal,
    /// The time from that signal to SIGKILL; 0 is for ever
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration::parse)]
    kill_after: Duration,
    /// Run a job that fails up to N times in all
    #[arg(long, value_name = "N", default_value = "1")]
    retries: NonZeroU32,
    /// When a job fails: end the others now, or start no more
    #[arg(long, value_enum, value_name = "WHEN")]
    halt: Option<Stop>,
    /// Print a line of JSON for each job
    #[arg(long)]
    json: bool,
    /// The most that a job may write to one stream; it is held until the job has ended
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = size::parse)]
    max_output: usize,
    /// No progress, no summary
    #[arg(short, long)]
    quiet: bool,
    /// The program and its arguments; `{}` is the item, which comes last if there is none
    #[arg(required = true, trailing_var_arg = true, value_name = "PROG")]
    command: Vec<OsString>,
}

/// Tells all jobs that no more are started.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
enum Stop {
    /// Those that run go on.
    Soon,
    /// Those that run are ended.
    Now,
}

struct Done {
    item: OsString,
    outcome: Result<Output, Error>,
}

/// What has happened so far.
#[derive(Default)]
struct Tally {
    ran: usize,
    failed: usize,
    ended: usize,
    /// The status of the first job after which xargs goes on no more.
    fatal: Option<u8>,
}

/// Runs all jobs; the status says whether one failed.
pub async fn each(args: Args) -> Result<u8> {
    let mut items = input::items(if args.null { 0 } else { b'\n' });
    let bar = progress(args.quiet);
    let (stop, stopped) = watch::channel(None);
    let slots = slots(args.jobs);
    let mut signals = signals::received(false);
    let mut running = FuturesUnordered::new();
    let mut tally = Tally::default();
    // What is printed later, since an earlier job still runs. Its size stops new jobs, so it is bounded.
    let mut held = BTreeMap::new();
    let (mut started, mut printed, mut held_bytes, mut has_input) = (0, 0, 0, true);
    let mut signalled = None;
    loop {
        let may_start = has_input
            && stop.borrow().is_none()
            && running.len() < slots
            && held_bytes <= args.max_output;
        tokio::select! {
            Some(signal) = signals.recv() => {
                // The second one does not wait: dropping the jobs kills them.
                if signalled.replace(signal).is_some() || signal == Signal::SIGKILL {
                    break;
                }
                stop.send_replace(Some(Stop::Now));
            }
            Some((index, done)) = running.next(), if !running.is_empty() => {
                tally.count(&done, &args, &stop);
                held_bytes += bytes(&done);
                held.insert(if args.keep_order { index } else { printed }, done);
                while let Some(done) = held.remove(&printed) {
                    held_bytes -= bytes(&done);
                    printed += 1;
                    let shown = bar.suspend(|| show(&args, done));
                    if shown.as_ref().is_err_and(message::is_closed_pipe) {
                        // As xargs says it when SIGPIPE ends a job. Dropping the others kills them.
                        return Ok(message::OWN_FAILURE);
                    }
                    shown?;
                    bar.inc(1);
                }
            }
            item = items.recv(), if may_start => match item {
                Some(item) => {
                    running.push(job(&args, started, item.context("stdin")?, stopped.clone()));
                    started += 1;
                }
                None => has_input = false,
            },
            else => break,
        }
        if running.is_empty() && (!has_input || stop.borrow().is_some()) {
            break;
        }
    }
    bar.finish_and_clear();
    if !args.quiet && (tally.failed > 0 || tally.ended > 0) {
        let Tally {
            ran, failed, ended, ..
        } = tally;
        message::say(&format!("{ran} jobs run, {failed} failed, {ended} ended"));
    }
    Ok(match signalled {
        Some(signal) => 128 + u8::try_from(signal as i32).unwrap_or_default(),
        None => tally
            .fatal
            .unwrap_or(if tally.failed > 0 { 123 } else { 0 }),
    })
}

impl Tally {
    fn count(&mut self, done: &Done, args: &Args, stop: &watch::Sender<Option<Stop>>) {
        self.ran += 1;
        let status = exit_report::status(&done.outcome);
        if matches!(done.outcome, Err(Error::Aborted { .. })) {
            self.ended += 1;
        } else if status != 0 {
            self.failed += 1;
            // After these, xargs starts no more.
            let fatal = match &done.outcome {
                Err(Error::Failed { output, .. }) if output.exit == Exit::Code(255) => Some(124),
                Err(Error::Failed { output, .. }) if matches!(output.exit, Exit::Signal(_)) => {
                    Some(125)
                }
                Err(Error::Spawn { .. }) => Some(if status == 127 { 127 } else { 126 }),
                _ => None,
            };
            self.fatal = self.fatal.or(fatal);
            let wanted = args.halt.max(fatal.map(|_| Stop::Soon));
            stop.send_modify(|stop| *stop = (*stop).max(wanted));
        }
    }
}

/// Returns how many jobs run at a time: not more than there are descriptors for.
fn slots(wanted: Option<usize>) -> usize {
    let wanted = wanted.unwrap_or_else(num_cpus::get);
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
    let most = usize::try_from(limit.saturating_sub(OWN_FDS) / FDS_PER_JOB)
        .unwrap_or(usize::MAX)
        .max(1);
    if wanted > most {
        message::say(&format!(
            "{most} jobs at a time instead of {wanted}: more descriptors may not be open"
        ));
    }
    if wanted == 0 { most } else { wanted.min(most) }
}

/// Runs a job, more than once if it fails and may.
async fn job(
    args: &Args,
    index: usize,
    item: OsString,
    stopped: watch::Receiver<Option<Stop>>,
) -> (usize, Done) {
    let mut words: Vec<_> = args
        .command
        .iter()
        .map(|word| insert(word, &item))
        .collect();
    if !args
        .command
        .iter()
        .any(|word| memmem::find(word.as_bytes(), b"{}").is_some())
    {
        words.push(item.clone());
    }
    let mut tries = args.retries.get();
    loop {
        let mut stopping = stopped.clone();
        let cancelled = async move {
            if stopping
                .wait_for(|stop| *stop == Some(Stop::Now))
                .await
                .is_err()
            {
                std::future::pending::<()>().await;
            }
        };
        let outcome = child_process::exec_file(&words[0], &words[1..])
            .max_buffer(args.max_output)
            .kill_signal(args.signal)
            .grace(run::grace(args.kill_after))
            .timeout(args.timeout.unwrap_or_default())
            .keep_ignored_signals()
            .cancel_on(cancelled)
            .await;
        tries -= 1;
        if tries == 0 || outcome.is_ok() || stopped.borrow().is_some() {
            return (index, Done { item, outcome });
        }
    }
}

/// Returns the word with the item for each `{}`.
fn insert(word: &OsStr, item: &OsStr) -> OsString {
    let (word, mut filled, mut rest) = (word.as_bytes(), Vec::new(), 0);
    for place in memmem::find_iter(word, b"{}") {
        filled.extend_from_slice(&word[rest..place]);
        filled.extend_from_slice(item.as_bytes());
        rest = place + 2;
    }
    filled.extend_from_slice(&word[rest..]);
    OsString::from_vec(filled)
}

fn bytes(done: &Done) -> usize {
    exit_report::output(&done.outcome).map_or(0, |output| output.stdout.len() + output.stderr.len())
}

/// Prints what a job has left, in one piece.
fn show(args: &Args, done: Done) -> Result<()> {
    let Done { item, outcome } = done;
    let mut out = std::io::stdout().lock();
    if args.json {
        let line = args
            .command
            .iter()
            .map(|word| insert(word, &item))
            .collect::<Vec<_>>();
        let mut record = exit_report::json(&line.join(" ".as_ref()), &outcome);
        if let Some(fields) = record.as_object_mut() {
            exit_report::add_bytes(fields, "item", Some(item.as_bytes()));
        }
        writeln!(out, "{record}")?;
        return Ok(());
    }
    if let Some(output) = exit_report::output(&outcome) {
        let tag = args.tag.then_some(item.as_bytes());
        print(&mut out, &output.stdout, tag)?;
        print(&mut std::io::stderr().lock(), &output.stderr, tag)?;
    }
    let name = item.to_string_lossy();
    match outcome {
        Err(Error::Failed { output, .. }) => message::say(&format!("{name}: {}", output.exit)),
        Ok(_) | Err(Error::TimedOut { .. }) => exit_report::explain(&name, outcome),
        Err(error) => message::say(&format!("{name}: {}", message::words(&error.into()))),
    }
    Ok(())
}

fn print(out: &mut impl Write, text: &[u8], tag: Option<&[u8]>) -> std::io::Result<()> {
    let Some(tag) = tag else {
        out.write_all(text)?;
        return out.flush();
    };
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let end: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
        out.write_all(&[tag, b"\t", line, end].concat())?;
    }
    out.flush()
}

/// Counts on a terminal, for people who wait. How many come is not known before the end of the input.
fn progress(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{spinner} {pos} jobs, {per_sec}, {elapsed}");
    bar.with_style(style.expect("the template is well formed"))
}
