//! The files of a command: which they are, what their names say, and where the output goes.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use streams::{ByteStream, DecodeSummary, Format, Trailing};

use super::args::FileArgs;
use super::input::{Input, is_dash};
use super::message::{Outcome, report, say, shown, warn};
use super::output::Output;
use super::sys;

/// Does `one` for each file, going on after a failure, and returns the worst outcome.
///
/// In folders, only files with a known suffix are taken if `packed`, and only those without it otherwise.
pub async fn each(
    args: &FileArgs,
    packed: bool,
    mut one: impl AsyncFnMut(&Path) -> anyhow::Result<Outcome>,
) -> Outcome {
    if let Err(error) = check(args) {
        return report(None, &error);
    }
    let mut files = Vec::new();
    let mut worst = Outcome::Done;
    for path in &args.files {
        if !args.recursive || !path.is_dir() {
            files.push(path.clone());
        } else if let Err(error) = walk(path, &mut files, &|file| {
            stripped(file, args).is_some() == packed
        }) {
            worst = report(Some(path), &error.into());
        }
    }
    if args.files.is_empty() {
        files.push("-".into());
    }
    for path in &files {
        let done = one(path).await;
        worst = worst.max(done.unwrap_or_else(|error| report(Some(path), &error)));
    }
    worst
}

fn check(args: &FileArgs) -> anyhow::Result<()> {
    ensure!(
        !args.name,
        "-N is not taken: a stored name never says where the output goes; `list` shows it"
    );
    ensure!(
        !args.rsyncable,
        "--rsyncable is not taken: blocks are cut at fixed places, on all cores"
    );
    ensure!(
        args.output.is_none() || args.files.len() <= 1,
        "-o takes one input"
    );
    Ok(())
}

/// Finds the files in `folder` and in the folders in it, in order. Symbolic links are left alone, as gzip does.
fn walk(
    folder: &Path,
    found: &mut Vec<PathBuf>,
    is_wanted: &dyn Fn(&Path) -> bool,
) -> std::io::Result<()> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (kind, path) = (entry.file_type()?, entry.path());
        if kind.is_dir() {
            walk(&path, found, is_wanted)?;
        } else if kind.is_file() && is_wanted(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// Returns the format that the suffix names and the path without it; `-S` is a suffix of gzip, or of `--format`.
pub fn stripped(path: &Path, args: &FileArgs) -> Option<(Format, PathBuf)> {
    let given = args.suffix.as_deref().and_then(|suffix| {
        let name = path.to_str()?.strip_suffix(suffix)?;
        Some((args.format.unwrap_or_default(), name.into()))
    });
    given.or_else(|| Format::of_path(path))
}

/// Opens the input of a command, not to be mistaken for its own output, and the output.
pub async fn open(
    path: &Path,
    args: &FileArgs,
    default_target: impl FnOnce() -> anyhow::Result<PathBuf>,
) -> anyhow::Result<(Input, Output)> {
    let input = Input::open(path, args.quiet).await?;
    let removes = args.rm && !input.is_stdin();
    if removes {
        ensure!(
            !std::fs::symlink_metadata(path)?.is_symlink(),
            "is a symbolic link; only the data itself is removed: -k keeps it"
        );
        ensure!(
            input.metadata.is_file(),
            "is not a regular file; only those are removed: -k keeps it"
        );
    }
    let target = match &args.output {
        Some(path) => path.clone(),
        None if args.stdout || input.is_stdin() => "-".into(),
        None => default_target()?,
    };
    let there = std::fs::metadata(&target).ok();
    ensure!(
        is_dash(&target)
            || !there
                .as_ref()
                .is_some_and(|there| sys::is_same_file(there, &input.metadata)),
        "input and output are the same file"
    );
    ensure!(
        !removes || !is_dash(&target) && there.is_none_or(|there| there.is_file()),
        "--rm needs an output file that keeps the data"
    );
    let output = Output::open(&target, args.force, &input).await?;
    Ok((input, output))
}

/// Writes `contents`, made of `input`, to `output`, and removes the source if that was asked for and nothing is odd.
pub async fn transfer(
    input: Input,
    contents: ByteStream,
    output: Output,
    args: &FileArgs,
    summary: &DecodeSummary,
) -> anyhow::Result<Outcome> {
    let removes = args.rm && !input.is_stdin();
    let target = output.path.clone();
    let written = output.write(contents).await;
    output.commit(written, removes).await?;

    let outcome = input.finish(args.quiet)?;
    let outcome = outcome.max(check_trailing(&input.path, summary, args.quiet));
    if args.verbose > 0 {
        say(Some(&input.path), &sizes(&input, &target));
    }
    if removes && outcome == Outcome::Done {
        // Its name may lead elsewhere by now.
        let there = std::fs::symlink_metadata(&input.path).context("cannot remove")?;
        ensure!(
            sys::is_same_file(&there, &input.metadata) || cfg!(not(unix)),
            "is another file by now, which is not removed"
        );
        std::fs::remove_file(&input.path).context("cannot remove")?;
    }
    Ok(outcome)
}

/// Warns of bytes after the data, which were ignored.
pub fn check_trailing(path: &Path, summary: &DecodeSummary, quiet: bool) -> Outcome {
    match summary.trailing() {
        Trailing::Garbage => warn(
            path,
            "the bytes after the compressed data were ignored",
            quiet,
        ),
        Trailing::Nothing | Trailing::Zeros => Outcome::Done,
    }
}

fn sizes(input: &Input, target: &Path) -> String {
    let (read, target) = (&input.metadata, shown(target));
    match std::fs::metadata(&target) {
        Ok(written) if written.is_file() && read.is_file() => {
            format!("{} -> {} bytes, {target}", read.len(), written.len())
        }
        _ => format!("written to {target}"),
    }
}
