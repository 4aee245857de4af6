//! `child-process each`: a job for each line of stdin, some at a time, their outputs never mixed.

mod items;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use bstr::ByteSlice;
use child_process::{Error, Exit, Output, Signal};
use indicatif::{ProgressBar, ProgressStyle};
use nix::sys::resource::{Resource, getrlimit};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{duration, exit_report, message, run, signals, size};

/// A job has two pipes and a descriptor that tells its end.
const FDS_PER_JOB: u64 = 3;
/// What this process itself has open, and what starting a job opens for a moment.
const OWN_FDS: u64 = 32;
/// Jobs that may be started, or have ended, while an earlier one whose output comes first still runs.
const JOBS_AHEAD: usize = 4096;

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
    #[arg(long, value_name = "TIME", default_value = "0", hide_default_value = true, value_parser = duration::parse)]
    timeout: Duration,
    /// The signal that ends a job
    #[arg(long, value_name = "SIGNAL", default_value = "TERM", value_parser = run::parse_signal)]
    signal: Signal,
    /// The time from that signal to SIGKILL; 0 is for ever
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = duration::parse)]
    kill_after: Duration,
    /// Run a job that fails up to N times in all
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..))]
    retries: u32,
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
    /// The program and its arguments; `{}` is the item, appended unless `{}` appears
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

/// An item, and what became of its job.
type Done = (OsString, Result<Output, Error>);

/// What has happened so far.
#[derive(Default)]
struct Tally {
    failed: usize,
    ended: usize,
    /// The status of the first job after which xargs goes on no more.
    fatal: Option<u8>,
    /// Tells the jobs that run as well.
    stop: watch::Sender<Option<Stop>>,
}

/// Runs all jobs; the status says whether one failed.
pub async fn each(mut args: Args) -> Result<u8> {
    let mut words = args.command.iter();
    if !words.any(|word| word.as_bytes().contains_str("{}")) {
        args.command.push("{}".into());
    }
    let (slots, args) = (slots(args.jobs), Arc::new(args));
    // Before the thread that reads the items: it must not take signals.
    let mut signals = signals::received();
    let mut items = items::received(if args.null { 0 } else { b'\n' })?;
    let (bar, mut signalled, mut tally) = (progress(args.quiet), None, Tally::default());
    // Those that have ended wait for their turn to be shown, each under its number.
    let (mut running, mut ended) = (JoinSet::new(), BTreeMap::new());
    let (mut started, mut shown) = (0, 0);
    loop {
        let is_last = tally.stop.borrow().is_some() || items.is_closed() && items.is_empty();
        if is_last && running.is_empty() {
            break;
        }
        let held_bytes: usize = ended.values().map(output_bytes).sum();
        let is_ahead = ended.len() >= JOBS_AHEAD || held_bytes > args.max_output;
        tokio::select! {
            Some((signal, _)) = signals.recv() => {
                // The second one does not wait: dropping the jobs kills them.
                if signalled.is_some() {
                    break;
                }
                signalled = Some(signal);
                tally.stop.send_replace(Some(Stop::Now));
            }
            item = items.recv(), if !is_last && !is_ahead && running.len() < slots => {
                let Some(item) = item else { continue };
                let (args, stop) = (Arc::clone(&args), tally.stop.subscribe());
                running.spawn(run(args, stop, started, item.context("stdin")?));
                started += 1;
            }
            Some(joined) = running.join_next() => {
                let (number, done) = joined?;
                tally.count(&done.1, args.halt);
                ended.insert(if args.keep_order { number } else { shown }, done);
                while let Some(done) = ended.remove(&shown) {
                    shown += 1;
                    let printed = bar.suspend(|| show(&args, done));
                    if printed.as_ref().is_err_and(message::is_closed_pipe) {
                        // As xargs says it when SIGPIPE ends a job. Dropping the others kills them.
                        return Ok(message::OWN_FAILURE);
                    }
                    printed?;
                    bar.inc(1);
                }
            }
        }
    }
    bar.finish_and_clear();
    let ran = count_of_jobs(shown + ended.len());
    let (failed, ended) = (tally.failed, tally.ended);
    if !args.quiet && failed + ended > 0 {
        message::say(&format!("{ran} run, {failed} failed, {ended} ended"));
    }
    Ok(match signalled {
        Some(signal) => 128 + u8::try_from(signal as i32).unwrap_or_default(),
        None => tally.fatal.unwrap_or(if failed > 0 { 123 } else { 0 }),
    })
}

/// Runs a job, more than once if it fails and may.
async fn run(
    args: Arc<Args>,
    stop: watch::Receiver<Option<Stop>>,
    number: usize,
    item: OsString,
) -> (usize, Done) {
    let words = args.command(&item);
    let mut tries = 0;
    loop {
        let mut halted = stop.clone();
        let command = child_process::exec_file(&words[0], &words[1..])
            .max_buffer(args.max_output)
            .kill_signal(args.signal)
            .grace(args.kill_after)
            .timeout(args.timeout)
            .keep_ignored_signals()
            .cancel_on(async move { drop(halted.wait_for(|stop| *stop == Some(Stop::Now)).await) });
        let outcome = command.await;
        tries += 1;
        if outcome.is_ok() || tries == args.retries || stop.borrow().is_some() {
            return (number, (item, outcome));
        }
    }
}

impl Tally {
    /// Counts a job that has ended. If it failed, it may be the last one.
    fn count(&mut self, outcome: &Result<Output, Error>, halt: Option<Stop>) {
        let status = exit_report::status(outcome);
        if matches!(outcome, Err(Error::Aborted { .. })) {
            self.ended += 1;
        } else if status != 0 {
            self.failed += 1;
            // After these, xargs starts no more.
            let fatal = match outcome {
                Err(Error::Failed(output)) if output.exit == Exit::Code(255) => Some(124),
                Err(error @ Error::Failed { .. }) => error.signal().map(|_| 125),
                Err(Error::Spawn { .. }) => Some(status.max(126)),
                _ => None,
            };
            self.fatal = self.fatal.or(fatal);
            let wanted = halt.max(fatal.map(|_| Stop::Soon));
            self.stop.send_modify(|stop| *stop = (*stop).max(wanted));
        }
    }
}

/// Returns how many jobs run at a time: not more than there are descriptors for.
fn slots(wanted: Option<usize>) -> usize {
    let wanted = wanted.unwrap_or_else(num_cpus::get);
    let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1024, 1024));
    let most = limit.saturating_sub(OWN_FDS) / FDS_PER_JOB;
    let most = usize::try_from(most).unwrap_or(usize::MAX).max(1);
    if wanted > most {
        let jobs = count_of_jobs(most);
        message::say(&format!(
            "{jobs} at a time instead of {wanted}: more descriptors may not be open"
        ));
    }
    if wanted == 0 { most } else { wanted.min(most) }
}

/// Returns `1 job`, `2 jobs`.
fn count_of_jobs(count: usize) -> String {
    format!("{count} job{}", if count == 1 { "" } else { "s" })
}

/// Returns how much a job has written.
fn output_bytes((_, outcome): &Done) -> usize {
    exit_report::output(outcome).map_or(0, |output| output.stdout.len() + output.stderr.len())
}

/// Prints what a job has left, in one piece.
fn show(args: &Args, (item, outcome): Done) -> Result<()> {
    if args.json {
        let line = args.command(&item).join(" ".as_ref());
        let mut record = exit_report::json(&line, &outcome);
        exit_report::add_bytes(&mut record, "item", item.as_bytes());
        writeln!(std::io::stdout(), "{record}")?;
    } else {
        exit_report::print(&outcome, args.tag.then_some(item.as_bytes()))?;
        exit_report::explain(&item, outcome);
    }
    Ok(())
}

/// Counts on a terminal, for people who wait. How many come is not known before the end of the input.
fn progress(quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{spinner} jobs: {pos}, {per_sec}, {elapsed}");
    ProgressBar::new_spinner().with_style(style.expect("the template is well formed"))
}
