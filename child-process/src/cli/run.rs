//! `child-process run` and `exec`: one command, with limits, in our place.

use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bstr::ByteSlice;
use child_process::Signal::{self, SIGINT, SIGKILL};
use child_process::{Command, Error, Exit, Output, Stdio};
use clap::builder::{OsStringValueParser, TypedValueParser};
use tokio::sync::SetOnce;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::{sleep, timeout};

use super::terminal::Terminal;
use super::{duration, exit_report, orphans, signals, size, sys};

/// From a command's end to that of its pipes, unless orphans hold them.
const POST_END_PAUSE: Duration = Duration::from_millis(100);

/// How long, how much, where.
#[derive(clap::Args)]
pub struct Limits {
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
    #[arg(long, value_name = "NAME=VALUE", value_parser = OsStringValueParser::new().try_map(|text| parse_variable(&text)))]
    env: Vec<(OsString, OsString)>,
    /// Leave a variable of the environment out; may be repeated
    #[arg(long, value_name = "NAME")]
    unset: Vec<OsString>,
    /// Print a line of JSON about it, its output among it, instead of its output
    #[arg(long)]
    json: bool,
}

/// Reads the name or the number of a signal.
pub fn parse_signal(text: &str) -> Result<Signal, &'static str> {
    let upper = text.to_ascii_uppercase();
    let name = format!("SIG{}", upper.strip_prefix("SIG").unwrap_or(&upper));
    let signal = match upper.parse::<i32>() {
        Ok(number) => Signal::try_from(number).ok(),
        Err(_) => name.parse().ok(),
    };
    signal.ok_or("a signal is a name or a number: TERM, SIGINT, 9")
}

fn parse_variable(text: &OsStr) -> Result<(OsString, OsString), &'static str> {
    let word = |bytes| OsStr::from_bytes(bytes).to_owned();
    match text.as_bytes().split_once_str("=") {
        Some((name @ [_, ..], value)) => Ok((word(name), word(value))),
        _ => Err("a variable is NAME=VALUE"),
    }
}

/// Runs the command; the status is its own, or says what has ended it.
pub async fn run(mut command: Command, limits: Limits) -> Result<u8> {
    let line = command.line();
    let terminal = Terminal::open();
    if limits.timeout < Duration::MAX {
        signals::stay_awake();
    }
    let is_foreground = limits.foreground || terminal.is_some();
    command = command
        .timeout(limits.timeout)
        .kill_signal(limits.signal)
        .grace(limits.kill_after)
        .stdin(Stdio::Inherit)
        .keep_ignored_signals()
        .unchecked();
    if is_foreground {
        command = command.foreground();
    }
    let variables = limits.env.iter();
    command = variables.fold(command, |command, (name, value)| command.env(name, value));
    command = limits.unset.iter().fold(command, Command::env_remove);
    if let Some(cwd) = &limits.cwd {
        command = command.cwd(cwd);
    }
    if let Some(bytes) = limits.max_output {
        command = command.max_buffer(bytes);
    }
    if !limits.json && limits.max_output.is_none() {
        command = command.stdout(Stdio::Inherit).stderr(Stdio::Inherit);
    }

    let outcome = followed(command, &limits, is_foreground).await;

    let exit = outcome.as_ref().map(|output| output.exit);
    if let Some(terminal) = terminal
        && !matches!(exit, Ok(Exit::Code(_)) | Err(Error::Spawn { .. }))
    {
        terminal.restore();
    }
    let status = exit_report::status(&outcome);
    let written = match limits.json {
        true => writeln!(std::io::stdout(), "{}", exit_report::json(&line, &outcome)),
        false => exit_report::print(&outcome, None),
    };
    match written {
        // Nothing reads it any more; the status is the command's all the same.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => return Err(error.into()),
        _ if limits.json => {}
        _ => exit_report::explain(&line, outcome),
    }
    Ok(status)
}

/// Runs the command. If it was to end, everything that it has left ends as well.
async fn followed(command: Command, limits: &Limits, foreground: bool) -> Result<Output, Error> {
    sys::adopt_orphans();
    let mut signals = signals::received();
    let (forward, forwarded) = unbounded_channel();
    // A signal that comes when the command has ended, and orphans hold its pipes, ends the run.
    let late = Arc::new(SetOnce::new());
    let cancelled = Arc::clone(&late);
    let command = command.forward(forwarded);
    let command = command.cancel_on(async move { *cancelled.wait().await });
    let child = command.spawn().await?;
    let pid = child.pid();
    let pass_on = async {
        let mut interrupts = 0;
        while let Some((signal, is_key)) = signals.recv().await {
            interrupts += usize::from(signal == SIGINT);
            if orphans::is_running(pid) {
                // The second Ctrl-C kills, unless the command has it as well.
                let kills = signal == SIGINT && interrupts > 1 && !foreground;
                let signal = if kills { SIGKILL } else { signal };
                let _ = foreground && is_key || forward.send(signal).is_err();
            } else if late.initialized() {
                orphans::signal_all(pid, SIGKILL);
            } else {
                // It may be this signal that has ended the command.
                sleep(POST_END_PAUSE).await;
                let _ = late.set(());
            }
        }
    };
    let pipes_held = async {
        let _ = timeout(limits.timeout, late.wait()).await;
        orphans::ended(pid).await;
        sleep(POST_END_PAUSE).await;
    };
    let end_orphans = || orphans::end_all(pid, limits.signal, limits.kill_after);
    let run = async {
        let mut run = pin!(child.wait_with_output());
        let outcome = tokio::select! {
            outcome = &mut run => outcome,
            () = pipes_held => return tokio::join!(run, end_orphans()).0,
        };
        if exit_report::output(&outcome).is_some_and(|output| output.killed) {
            end_orphans().await;
        }
        outcome
    };
    tokio::select! {
        outcome = run => outcome,
        (never, ()) = async { tokio::join!(orphans::reap_all(pid), pass_on) } => match never {},
    }
}
