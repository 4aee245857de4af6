//! `child-process run` and `exec`: one command, in bounds, in our place.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Result;
use child_process::{Command, Signal};

use super::{duration, exit_report, signals, size};

/// Arguments of `exec`.
#[derive(clap::Args)]
pub struct ExecArgs {
    #[command(flatten)]
    bounds: Limits,
    /// The line
    line: String,
}

/// Arguments of `run`.
#[derive(clap::Args)]
pub struct RunArgs {
    #[command(flatten)]
    bounds: Limits,
    /// The program and its arguments
    #[arg(required = true, trailing_var_arg = true, value_name = "PROG")]
    command: Vec<std::ffi::OsString>,
}

/// How long, how much, where.
#[derive(clap::Args)]
struct Limits {
    /// End it after this time, with everything that it has started
    #[arg(short, long, value_name = "TIME", value_parser = duration::parse)]
    timeout: Option<Duration>,
    /// The signal that ends it
    #[arg(short, long, value_name = "SIGNAL", default_value = "TERM", value_parser = parse_signal)]
    signal: Signal,
    /// The time from that signal to SIGKILL
    #[arg(short, long, value_name = "TIME", default_value = "2s", value_parser = duration::parse)]
    kill_after: Duration,
    /// Keep so much of each stream and print it at the end; more ends the command
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_output: Option<usize>,
    /// The working directory
    #[arg(long, value_name = "DIR")]
    cwd: Option<PathBuf>,
    /// Set a variable of the environment; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    env: Vec<(String, String)>,
    /// Print a line of JSON about it, its output among it, instead of its output
    #[arg(long)]
    json: bool,
}

fn parse_signal(text: &str) -> Result<Signal, String> {
    let upper = text.to_ascii_uppercase();
    let by_number = upper
        .parse::<i32>()
        .ok()
        .and_then(|number| Signal::try_from(number).ok());
    by_number
        .or_else(|| {
            format!("SIG{}", upper.trim_start_matches("SIG"))
                .parse()
                .ok()
        })
        .ok_or_else(|| "a signal is a name or a number: TERM, SIGINT, 9".to_owned())
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a variable is NAME=VALUE".to_owned()),
    }
}

/// Runs a line with the shell.
pub async fn exec(args: ExecArgs) -> Result<u8> {
    let command = child_process::exec(&args.line);
    in_bounds(command, &args.line, args.bounds).await
}

/// Runs a program.
pub async fn run(args: RunArgs) -> Result<u8> {
    let line: Vec<_> = args
        .command
        .iter()
        .map(|part| part.to_string_lossy())
        .collect();
    let line = line.join(" ");
    let command = child_process::exec_file(&args.command[0], &args.command[1..]);
    in_bounds(command, &line, args.bounds).await
}

async fn in_bounds(mut command: Command, line: &str, bounds: Limits) -> Result<u8> {
    command = command
        .kill_signal(bounds.signal)
        .grace(bounds.kill_after)
        .stdin(Stdio::inherit())
        .forward(signals::received())
        .unchecked();
    if let Some(timeout) = bounds.timeout {
        command = command.timeout(timeout);
    }
    if let Some(cwd) = bounds.cwd {
        command = command.cwd(cwd);
    }
    for (name, value) in bounds.env {
        command = command.env(name, value);
    }
    // A group of its own may not read the terminal, and would not hear Ctrl-C.
    if std::io::stdin().is_terminal() {
        command = command.foreground();
    }
    let is_captured = bounds.json || bounds.max_output.is_some();
    if let Some(bytes) = bounds.max_output {
        command = command.max_buffer(bytes);
    }
    if !is_captured {
        command = command.stdout(Stdio::inherit()).stderr(Stdio::inherit());
    }

    let outcome = command.await;

    let status = exit_report::status(&outcome);
    let mut out = std::io::stdout().lock();
    if bounds.json {
        writeln!(out, "{}", exit_report::json(line, &outcome))?;
        return Ok(status);
    }
    if let Some(output) = exit_report::output(&outcome) {
        out.write_all(&output.stdout)?;
        out.flush()?;
        std::io::stderr().write_all(&output.stderr)?;
    }
    exit_report::explain(outcome);
    Ok(status)
}
