//! `child-process each`: a job for each line of stdin, some at a time, their outputs never mixed.

use std::io::{BufRead, IsTerminal, Write};
use std::num::NonZeroUsize;
use std::pin::pin;

use anyhow::{Context, Result};
use child_process::{Error, Output, Signal};
use futures::future::Either;
use futures::stream::{self, StreamExt};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::watch;

use super::{exit_report, message, signals, size};

/// As xargs: some job failed.
const SOME_FAILED: u8 = 123;

/// Arguments of `each`.
#[derive(clap::Args)]
pub struct Args {
    /// How many run at a time [default: as many as there are cores]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Print in the order of the lines, not of the ends
    #[arg(long)]
    keep_order: bool,
    /// Begin each line of output with the item and a tab
    #[arg(long, conflicts_with = "json")]
    tag: bool,
    /// When a job fails: end the others now, or start no more
    #[arg(long, value_enum, value_name = "WHEN")]
    halt: Option<Halt>,
    /// Print a line of JSON for each job
    #[arg(long)]
    json: bool,
    /// The most that a job may write to one stream; it is held until the job has ended
    #[arg(long, value_name = "SIZE", default_value = "64M", value_parser = size::parse)]
    max_output: usize,
    /// No progress bar, no summary
    #[arg(short, long)]
    quiet: bool,
    /// The program and its arguments; `{}` is the item, which comes last if there is none
    #[arg(required = true, trailing_var_arg = true, value_name = "PROG")]
    command: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Halt {
    Now,
    Soon,
}

/// What all jobs look at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    No,
    /// No more are started.
    Soon,
    /// Those that run are ended.
    Now,
}

/// Runs all jobs; the status says whether one failed.
pub async fn each(args: Args) -> Result<u8> {
    let items = std::io::stdin()
        .lock()
        .lines()
        .collect::<Result<Vec<_>, _>>();
    let items = items.context("stdin")?;
    let bar = progress(items.len(), args.quiet);
    let (stop, stopped) = watch::channel(Stop::No);
    let at_a_time = args.jobs.map_or_else(num_cpus::get, NonZeroUsize::get);

    let jobs = stream::iter(&items)
        .take_while(|_| std::future::ready(*stopped.borrow() == Stop::No))
        .map(|item| job(&args, item, stopped.clone()));
    let done = if args.keep_order {
        Either::Left(jobs.buffered(at_a_time))
    } else {
        Either::Right(jobs.buffer_unordered(at_a_time))
    };
    let mut done = pin!(done);
    let mut signals = signals::received();
    let (mut ran, mut failed, mut signalled) = (0, 0, None);
    loop {
        tokio::select! {
            Some(signal) = signals.next() => {
                // The second one does not wait: dropping the jobs kills them.
                if signalled.replace(signal).is_some() || signal == Signal::SIGKILL {
                    break;
                }
                stop.send_replace(Stop::Now);
            }
            outcome = done.next() => {
                let Some((item, outcome)) = outcome else { break };
                ran += 1;
                if exit_report::status(&outcome) != 0 && signalled.is_none() {
                    failed += 1;
                    match args.halt {
                        Some(Halt::Now) => drop(stop.send_replace(Stop::Now)),
                        Some(Halt::Soon) => drop(stop.send_replace(Stop::Soon)),
                        None => {}
                    }
                }
                bar.suspend(|| show(&args, item, outcome))?;
                bar.inc(1);
            }
        }
    }
    bar.finish_and_clear();
    let not_run = items.len() - ran;
    if !args.quiet && (failed > 0 || not_run > 0) {
        message::say(&format!(
            "{ran} jobs run, {failed} failed, {not_run} not run"
        ));
    }
    Ok(match signalled {
        Some(signal) => 128 + u8::try_from(signal as i32).unwrap_or_default(),
        None if failed > 0 => SOME_FAILED,
        None => 0,
    })
}

async fn job<'a>(
    args: &Args,
    item: &'a str,
    mut stopped: watch::Receiver<Stop>,
) -> (&'a str, Result<Output, Error>) {
    let mut words: Vec<String> = args
        .command
        .iter()
        .map(|word| word.replace("{}", item))
        .collect();
    if !args.command.iter().any(|word| word.contains("{}")) {
        words.push(item.to_owned());
    }
    let cancelled = async move {
        // That nobody can say so any more is no reason to stop.
        if stopped.wait_for(|stop| *stop == Stop::Now).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let command = child_process::exec_file(&words[0], &words[1..])
        .max_buffer(args.max_output)
        .cancel_on(cancelled);
    (item, command.await)
}

/// Prints what a job has left, in one piece.
fn show(args: &Args, item: &str, outcome: Result<Output, Error>) -> Result<()> {
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", exit_report::json(item, &outcome))?;
        return Ok(());
    }
    if let Some(output) = exit_report::output(&outcome) {
        let tag = args.tag.then_some(item);
        print(&mut out, &output.stdout, tag)?;
        print(&mut std::io::stderr().lock(), &output.stderr, tag)?;
    }
    if let Err(Error::Failed { output, .. }) = &outcome {
        message::say(&format!("{item}: {}", output.exit));
    } else if let Err(error) = outcome {
        message::say(&format!("{item}: {}", message::words(&error.into())));
    }
    Ok(())
}

fn print(out: &mut impl Write, text: &[u8], tag: Option<&str>) -> std::io::Result<()> {
    let Some(tag) = tag else {
        out.write_all(text)?;
        return out.flush();
    };
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let end: &[u8] = if line.ends_with(b"\n") { b"" } else { b"\n" };
        out.write_all(&[tag.as_bytes(), b"\t", line, end].concat())?;
    }
    out.flush()
}

/// A bar on a terminal, for people who wait.
fn progress(items: usize, quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(items as u64);
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{pos}/{len} [{bar:30}] ETA {eta}");
    bar.with_style(
        style
            .expect("the template is well formed")
            .progress_chars("=> "),
    )
}
