//! The files of a command: which they are, what their names say, and where the output goes.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use streams::{ByteStream, DecodeSummary, Error, Format, Trailing};
use walkdir::WalkDir;

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
    mut one: impl AsyncFnMut(&Path, &FileArgs) -> anyhow::Result<Outcome>,
) -> Outcome {
    if let Err(error) = check(args) {
        return report(None, &error);
    }
    let mut files = Vec::new();
    let mut worst = Outcome::Done;
    for path in &args.files {
        if !args.recursive || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        // Symbolic links in it are left alone, as gzip does.
        for entry in WalkDir::new(path).sort_by_file_name() {
            match entry {
                Ok(entry) if !entry.file_type().is_file() => {}
                Ok(entry) if stripped(entry.path(), args).is_some() != packed => {}
                Ok(entry) => files.push(entry.into_path()),
                Err(error) => {
                    let folder = error.path().unwrap_or(path).to_owned();
                    let cause = error.into_io_error();
                    let cause = cause.expect("only links that are followed lead in a circle");
                    worst = report(Some(&folder), &cause.into());
                }
            }
        }
    }
    if args.files.is_empty() {
        files.push("-".into());
    }
    for path in &files {
        let done = one(path, args).await;
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
        !args.ascii,
        "-a, -b, -L, -m, -M, -Z and --synchronous of gzip are not taken"
    );
    ensure!(
        args.output.is_none() || args.files.len() <= 1,
        "-o takes one input"
    );
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

/// Writes what `contents` makes of the file at `path`: to `-o`, to stdout or to `default_target`. Removes the source if
/// that was asked for and nothing is odd.
pub async fn convert(
    path: &Path,
    args: &FileArgs,
    default_target: anyhow::Result<PathBuf>,
    contents: impl AsyncFnOnce(&Input, &Output) -> anyhow::Result<(ByteStream, DecodeSummary)>,
) -> anyhow::Result<Outcome> {
    let input = Input::open(path, args.quiet).await?;
    let removes = args.rm && !input.is_stdin();
    ensure!(
        !removes || args.force || !path.is_symlink(),
        "is a symbolic link; -f removes it and not the data, -k keeps it"
    );
    ensure!(
        !removes || input.metadata.is_some(),
        "is not a regular file; only those are removed: -k keeps it"
    );
    let has_other_links = input.metadata.as_ref().is_some_and(sys::has_other_links);
    if args.leaves_linked && !input.is_stdin() && has_other_links {
        let text = "has other links and is left alone; -f takes it";
        return Ok(warn(path, text, args.quiet));
    }
    let target = match &args.output {
        Some(path) => path.clone(),
        None if args.stdout || input.is_stdin() => "-".into(),
        None => default_target?,
    };
    ensure!(
        is_dash(&target) || !input.is_at(&target),
        "input and output are the same file"
    );
    ensure!(
        !removes || !is_dash(&target) && (target.is_file() || !target.exists()),
        "--rm needs an output file that keeps the data"
    );
    let output = Output::open(&target, args.force, &input).await?;
    let (contents, summary) = contents(&input, &output).await?;
    let written = output.write(contents).await;
    output.commit(written, removes).await?;

    let outcome = finish(&input, &summary, args.quiet)?;
    if args.verbose > 0 {
        say(Some(path), &sizes(&input, &target));
    }
    if removes && outcome == Outcome::Done {
        // Its name may lead elsewhere by now.
        ensure!(
            input.is_at(path),
            "is another file by now, which is not removed"
        );
        std::fs::remove_file(path).context("cannot remove")?;
    }
    Ok(outcome)
}

/// Warns of an input that has changed, and of bytes after the data, which were ignored.
pub fn finish(input: &Input, summary: &DecodeSummary, quiet: bool) -> Result<Outcome, Error> {
    let outcome = input.finish(quiet)?;
    let text = "the bytes after the compressed data were ignored";
    Ok(match summary.trailing() {
        Trailing::Garbage => warn(&input.path, text, quiet),
        Trailing::Nothing | Trailing::Zeros => outcome,
    })
}

fn sizes(input: &Input, target: &Path) -> String {
    let name = shown(target);
    match (&input.metadata, std::fs::metadata(target)) {
        (Some(read), Ok(written)) if written.is_file() => {
            format!("{} -> {} bytes, {name}", read.len(), written.len())
        }
        _ if is_dash(target) => "written to stdout".to_owned(),
        _ => format!("written to {name}"),
    }
}
