//! `event-loop trace`: a lesson or a replay, recorded.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::replay;
use crate::tour;

/// What can be said about a recording.
#[derive(clap::Args)]
pub struct Args {
    /// The name of a lesson, or a file of the replay language; `-` is stdin
    #[arg(value_name = "LESSON|FILE")]
    what: String,
    /// Where the recording goes
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Play a file on the machine's clock
    #[arg(long)]
    real_clock: bool,
}

/// Runs it, printing what it prints, and writes the recording, also of a run that fails.
pub fn trace(args: &Args) -> anyhow::Result<()> {
    let (ran, recorded) = event_loop::trace(|| {
        if tour::has(&args.what) {
            tour::run(std::slice::from_ref(&args.what))
        } else {
            replay::play_file(Path::new(&args.what), args.real_clock)
        }
    });
    let written = write(&recorded, &args.output).with_context(|| args.output.display().to_string());
    ran.and(written)
}

fn write(recorded: &event_loop::Trace, path: &Path) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    recorded.write_chrome(&mut out)?;
    out.flush()
}
