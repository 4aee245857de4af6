//! `event-loop replay`: programs of the replay language, one after the other, each on a loop that has come to rest.
//!
//! Node's side is `golden/fixtures/replay.mjs`, the language is described in `golden/fixtures/replay.md`. Both print the same lines.

mod parse;
mod play;

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use event_loop::{Builder, Clock};

use crate::console;

/// What can be said about a replay.
#[derive(clap::Args)]
pub struct Args {
    /// The programs; `-` or none is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Wait for timers on the machine's clock, as Node does
    #[arg(long)]
    real_clock: bool,
}

/// Plays the file.
pub fn replay(args: &Args) -> anyhow::Result<()> {
    let file = args.file.as_deref().unwrap_or(Path::new("-"));
    play_file(file, args.real_clock)
}

/// Plays a file; `-` is stdin.
pub fn play_file(file: &Path, real_clock: bool) -> anyhow::Result<()> {
    let stdin = Path::new("-");
    let name = if file == stdin {
        "stdin".into()
    } else {
        file.display().to_string()
    };
    let text = read(file).with_context(|| name.clone())?;
    let script = parse::parse(&text)
        .map_err(|wrong| anyhow::anyhow!("{name}:{}: {}", wrong.line, wrong.what))?;
    let clock = if real_clock {
        Clock::Real
    } else {
        Clock::Virtual
    };
    let exit = Builder::new()
        .clock(clock)
        .run_script(move || play::start(script));
    console::flush()?;
    exit.into_result()?;
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(file)?;
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
