//! `child-process run` and `exec`: one command, with limits, in our place.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use child_process::{Command, Error, Exit, Output, Signal, Stdio};

use super::terminal::Terminal;
use super::{duration, exit_report, orphans, signals, size, sys};

/// Arguments of `exec`.
#[derive(clap::Args)]
pub struct ExecArgs {
    #[command(flatten)]
    limits: Limits,
    /// The line
    line: OsString,
}

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    limits: Limits,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "PROG")]
    command: Vec<OsString>,
}

/// How long, how much, where.
#[derive(clap::Args)]
struct Limits {
    /// End it after this time, with everything that it has started; 0 is no limit
    #[arg(short, long, value_name = "TIME", default_value = "0", hide_default_value = true, value_parser = duration::parse)]
    timeout: Duration,
    /// The signal that ends it
    #[arg(short, long, value_name = "SIGNAL", default_value = "TERM", value_parser = parse_signal)]
    signal: Signal,
    /// The time from that signal to SIGKILL; 0 is for ever
    #[arg(short, long, value_name = "TIME", default_value = "2s", value_parser = duration::parse)]
    kill_after: Duration,
    /// Keep it in our process group also where there is no terminal
    #[arg(long)]
    foreground: bool,
    /// Keep so much of each stream and print it at the end; more ends the command
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_output: Option<usize>,
    /// The working directory
    #[arg(long, value_name = "DIR")]
    cwd: Option<PathBuf>,
    /// Set a variable of the environment; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    env: Vec<(String, String)>,
    /// Leave a variable of the environment out; may be repeated
    #[arg(long, value_name = "NAME")]
    unset: Vec<OsString>,
    /// Print a line of JSON about it, its output among it, instead of its output
    #[arg(long)]
    json: bool,
}

/// Reads the name or the number of a signal.
pub fn parse_signal(text: &str) -> Result<Signal, String> {
    let upper = text.to_ascii_uppercase();
    let signal = match upper.parse::<i32>() {
        Ok(number) => Signal::try_from(number).ok(),
        Err(_) => format!("SIG{}", upper.trim_start_matches("SIG"))
            .parse()
            .ok(),
    };
    signal.ok_or_else(|| "a signal is a name or a number: TERM, SIGINT, 9".to_owned())
}

/// Returns the time to wait before SIGKILL: 0 is for ever, as in timeout(1).
pub fn grace(time: Duration) -> Duration {
    if time.is_zero() { Duration::MAX } else { time }
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a variable is NAME=VALUE".to_owned()),
    }
}

/// Runs a line with the shell.
pub async fn exec(args: ExecArgs) -> Result<u8> {
    limited(child_process::exec(args.line), args.limits).await
}

/// Runs a program.
pub async fn run(args: RunArgs) -> Result<u8> {
    let command = child_process::exec_file(&args.command[0], &args.command[1..]);
    limited(command, args.limits).await
}

async fn limited(mut command: Command, limits: Limits) -> Result<u8> {
    let line = command.line();
    let terminal = Terminal::open();
    let is_foreground = limits.foreground || terminal.is_some();
    let grace = grace(limits.kill_after);
    command = command
        .timeout(limits.timeout)
        .kill_signal(limits.signal)
        .grace(grace)
        .stdin(Stdio::Inherit)
        .forward(signals::received(is_foreground))
        .keep_ignored_signals()
        .unchecked();
    if is_foreground {
        command = command.foreground();
    }
    let set = |command: Command, (name, value)| command.env(name, value);
    command = limits.env.into_iter().fold(command, set);
    command = limits.unset.iter().fold(command, Command::env_remove);
    if let Some(cwd) = limits.cwd {
        command = command.cwd(cwd);
    }
    if let Some(bytes) = limits.max_output {
        command = command.max_buffer(bytes);
    }
    if !limits.json && limits.max_output.is_none() {
        command = command.stdout(Stdio::Inherit).stderr(Stdio::Inherit);
    }

    let outcome = followed(command, limits.signal, grace).await;

    let exit = outcome.as_ref().map(|output| output.exit);
    if let Some(terminal) = terminal
        && !matches!(exit, Ok(Exit::Code(_)) | Err(Error::Spawn { .. }))
    {
        terminal.restore();
    }
    let status = exit_report::status(&outcome);
    let mut out = std::io::stdout().lock();
    if limits.json {
        writeln!(out, "{}", exit_report::json(&line, &outcome))?;
        return Ok(status);
    }
    if let Some(output) = exit_report::output(&outcome) {
        out.write_all(&output.stdout)?;
        out.flush()?;
        std::io::stderr().write_all(&output.stderr)?;
    }
    exit_report::explain(&line.to_string_lossy(), outcome);
    Ok(status)
}

/// Runs the command. If it was to end, everything that it has left ends as well.
async fn followed(command: Command, signal: Signal, grace: Duration) -> Result<Output, Error> {
    sys::adopt_orphans();
    let child = command.spawn().await?;
    let pid = child.pid();
    let run = async {
        let outcome = child.wait_with_output().await;
        let was_killed = match &outcome {
            Ok(output) => output.killed,
            Err(error) => error.killed(),
        };
        if was_killed {
            orphans::end_all(pid, signal, grace).await;
        }
        outcome
    };
    tokio::select! {
        outcome = run => outcome,
        never = orphans::reap_all(pid) => match never {},
    }
}
