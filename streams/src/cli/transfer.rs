//! From one file through a stage into another, and the end of the source if that was asked for.

use std::path::Path;

use anyhow::{Context, anyhow};
use streams::{ByteStream, Error};

use super::args::FileArgs;
use super::file::{Input, Output};
use super::message::{Failure, Outcome, say, shown, warn};
use super::progress::bar;
use super::sys;

/// Sends `input` through `stage` into `output`, with a progress bar, and finishes both.
///
/// `verdict` is asked when all has been written. The source is removed only if nothing is odd.
pub async fn transfer(
    input: Input,
    output: Output,
    args: &FileArgs,
    stage: impl AsyncFnOnce(ByteStream) -> anyhow::Result<ByteStream>,
    verdict: impl FnOnce() -> Outcome,
) -> Result<Outcome, Failure> {
    let target = output.path().to_owned();
    let removes = args.rm && !input.is_stdin();
    let bar = bar(&input.path, input.size(), args.quiet);
    let counter = bar.clone();
    let source = stage(input.chunks(move |bytes| counter.inc(bytes))?).await?;
    let written = async {
        output.write(source).await?;
        output.commit(removes).await
    };
    let written = written.await;
    bar.finish_and_clear();
    written.map_err(|error| match error {
        Error::Write(_) | Error::Exists => Failure::of(&target, error),
        _ => error.into(),
    })?;

    let mut outcome = verdict();
    if input.has_changed()? {
        outcome = outcome.max(warn(&input.path, "changed while it was read", args.quiet));
    }
    if args.verbose > 0 {
        say(Some(&input.path), &summary(&input, &target));
    }
    if removes && outcome == Outcome::Done {
        remove(&input)?;
    }
    Ok(outcome)
}

/// Removes the source, if its name still leads to the file that was read.
fn remove(input: &Input) -> Result<(), Failure> {
    let there = std::fs::symlink_metadata(&input.path).context("cannot remove")?;
    if !sys::is_same_file(&there, &input.metadata) && cfg!(unix) {
        return Err(anyhow!("is another file by now, which is not removed").into());
    }
    Ok(std::fs::remove_file(&input.path).context("cannot remove")?)
}

fn summary(input: &Input, target: &Path) -> String {
    let written = std::fs::metadata(target)
        .ok()
        .filter(std::fs::Metadata::is_file);
    match (input.size(), written) {
        (Some(read), Some(written)) => {
            format!("{read} -> {} bytes, {}", written.len(), shown(target))
        }
        _ => format!("written to {}", shown(target)),
    }
}
