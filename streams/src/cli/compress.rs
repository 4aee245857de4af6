//! `streams compress` and `streams decompress`: one file in, one file out, and on to the next whatever came of it.

use std::fs::Metadata;
use std::num::NonZeroUsize;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Error, anyhow, bail};
use streams::Trailing;
use streams::{CompressOptions, DecompressOptions, Format};

use super::args::{CompressArgs, DecodingArgs, DecompressArgs, OutputArgs};
use super::file::{Input, Output, is_dash, stdin_is_terminal, stdout_is_terminal};
use super::message::{Outcome, is_closed_pipe, report, say, shown, warn};
use super::progress::bar;

/// Compresses each file to one beside it with the format's suffix.
pub async fn compress(args: &CompressArgs) -> Outcome {
    let mut worst = Outcome::Done;
    for path in files(&args.output) {
        let done = compress_one(path, args).await;
        worst = worst.max(report_result(path, done));
    }
    worst
}

async fn compress_one(path: &Path, args: &CompressArgs) -> Result<Outcome, Failure> {
    let already = Format::of_path(path).is_some_and(|(format, _)| format == args.format);
    if already && !args.output.force && !is_dash(path) {
        return Err(anyhow!(
            "already has the suffix .{}; -f compresses it again",
            args.format.suffix()
        )
        .into());
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(".");
    beside.push(args.format.suffix());
    let job = Job::start(path, &args.output, || Ok(beside.into())).await?;
    if job.goes_to_terminal() && !args.output.force {
        return Err(anyhow!("compressed data is not written to a terminal; -f does it").into());
    }

    let mut options = CompressOptions {
        level: args.level.0,
        ..CompressOptions::default()
    };
    options.threads = args
        .threads
        .and_then(|threads| NonZeroUsize::new(threads.into()))
        .unwrap_or(options.threads);
    if !args.no_name && job.input.metadata.is_file() && !job.input.is_stdin() {
        options.name = path.file_name().map(|name| name.as_bytes().to_vec());
        let modified = job
            .input
            .metadata
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        options.mtime = modified
            .and_then(|since| u32::try_from(since.as_secs()).ok())
            .unwrap_or_default();
    }
    let read = job
        .run(|source| streams::compress(args.format, source, &options))
        .await?;
    remove(path, &read, &args.output)?;
    Ok(Outcome::Done)
}

/// Decompresses each file to one beside it without the format's suffix.
pub async fn decompress(args: &DecompressArgs) -> Outcome {
    let mut worst = Outcome::Done;
    for path in files(&args.output) {
        let done = decompress_one(path, args).await;
        worst = worst.max(report_result(path, done));
    }
    worst
}

async fn decompress_one(path: &Path, args: &DecompressArgs) -> Result<Outcome, Failure> {
    let format = format_of(path, &args.decoding);
    let beside = || match Format::of_path(path) {
        Some((_, stripped)) => Ok(stripped),
        None => Err(anyhow!("unknown suffix; name the output with -o or use -c")),
    };
    if is_dash(path) && stdin_is_terminal() && !args.output.force {
        return Err(anyhow!("compressed data is not read from a terminal; -f does it").into());
    }
    let job = Job::start(path, &args.output, beside).await?;
    let options = DecompressOptions {
        max_output: args.decoding.max_output,
    };
    let mut found = None;
    let read = job
        .run(|source| {
            let (output, report) = streams::decompress(format, source, options);
            found = Some(report);
            output
        })
        .await?;
    let trailing = found.map(|found| found.trailing()).unwrap_or_default();
    let outcome = check_trailing(path, trailing, args.output.quiet);
    // What followed the data, and was ignored, is still in the input.
    if outcome == Outcome::Done {
        remove(path, &read, &args.output)?;
    }
    Ok(outcome)
}

/// Whether what followed the data is worth a word.
pub fn check_trailing(path: &Path, trailing: Trailing, quiet: bool) -> Outcome {
    match trailing {
        Trailing::Garbage if quiet => Outcome::Warned,
        Trailing::Garbage => warn(path, "what follows the compressed data was ignored"),
        Trailing::Nothing | Trailing::Zeros => Outcome::Done,
    }
}

/// The format that was asked for, or the one in the file's name, or gzip.
pub fn format_of(path: &Path, args: &DecodingArgs) -> Format {
    args.format
        .or_else(|| Format::of_path(path).map(|(format, _)| format))
        .unwrap_or_default()
}

/// One file on its way to another.
struct Job<'a> {
    input: Input,
    output: Output,
    args: &'a OutputArgs,
}

impl<'a> Job<'a> {
    /// Opens both sides; `beside` names the output where the arguments do not.
    async fn start(
        path: &Path,
        args: &'a OutputArgs,
        beside: impl FnOnce() -> Result<PathBuf, Error>,
    ) -> Result<Self, Failure> {
        if args.output.is_some() && args.files.len() > 1 {
            return Err(anyhow!("-o takes one input").into());
        }
        let input = Input::open(path).await.map_err(Error::from)?;
        if args.rm && !input.is_stdin() {
            removable(&input)?;
        }
        let target = match &args.output {
            Some(path) if !is_dash(path) => Some(path.clone()),
            None if !args.stdout && !input.is_stdin() => Some(beside()?),
            _ => None,
        };
        let there = target
            .as_ref()
            .and_then(|path| std::fs::metadata(path).ok());
        if there.as_ref().is_some_and(|there| {
            (there.dev(), there.ino()) == (input.metadata.dev(), input.metadata.ino())
        }) {
            return Err(anyhow!("input and output are the same file").into());
        }
        if args.rm
            && !input.is_stdin()
            && (target.is_none() || there.is_some_and(|there| !there.is_file()))
        {
            return Err(anyhow!("--rm needs an output file that keeps the data").into());
        }
        let output = match &target {
            Some(path) => Output::file(path, args.force, &input)
                .await
                .map_err(|error| Failure::new(path, error))?,
            None => Output::stdout().map_err(Error::from)?,
        };
        Ok(Self {
            input,
            output,
            args,
        })
    }

    fn goes_to_terminal(&self) -> bool {
        matches!(self.output, Output::Stdout(_)) && stdout_is_terminal()
    }

    /// Sends the input through `stage`, with a progress bar, and finishes both sides; says which file was read.
    async fn run(
        self,
        stage: impl FnOnce(streams::ByteStream) -> streams::ByteStream,
    ) -> Result<Metadata, Failure> {
        let Self {
            input,
            output,
            args,
        } = self;
        let (path, metadata, target) = (
            input.path.clone(),
            input.metadata.clone(),
            output.path().to_owned(),
        );
        let bar = bar(&path, input.size(), args.quiet);

        let counter = bar.clone();
        let source = stage(Box::pin(input.chunks(move |bytes| counter.inc(bytes))));
        let taken = output.take(source).await;
        bar.finish_and_clear();
        taken.map_err(|error| match error {
            streams::Error::Write(_) | streams::Error::Exists => Failure::new(&target, error),
            _ => Failure::from(Error::from(error)),
        })?;

        if args.verbose {
            say(Some(&path), &summary(&metadata, &target));
        }
        Ok(metadata)
    }
}

/// Removes the input if that was asked for; only when the output is whole, and only what was read.
fn remove(path: &Path, read: &Metadata, args: &OutputArgs) -> Result<(), Failure> {
    if !args.rm || is_dash(path) {
        return Ok(());
    }
    let cannot = |error| Error::from(error).context("cannot remove");
    let there = std::fs::symlink_metadata(path).map_err(cannot)?;
    if (there.dev(), there.ino()) != (read.dev(), read.ino()) {
        return Err(anyhow!("is another file by now, which is not removed").into());
    }
    Ok(std::fs::remove_file(path).map_err(cannot)?)
}

/// Only what is surely the data itself may be removed.
fn removable(input: &Input) -> Result<(), Error> {
    if std::fs::symlink_metadata(&input.path)?.is_symlink() {
        bail!("is a symbolic link; --rm would remove the link and keep the data");
    }
    if !input.metadata.is_file() {
        bail!("is not a regular file; --rm removes only those");
    }
    Ok(())
}

fn summary(input: &Metadata, target: &Path) -> String {
    let written = std::fs::metadata(target)
        .ok()
        .filter(|written| written.is_file() && input.is_file());
    match written {
        Some(written) => format!(
            "{} -> {} bytes, {}",
            input.len(),
            written.len(),
            shown(target)
        ),
        None => format!("written to {}", shown(target)),
    }
}

/// The files to work on: stdin if none is named.
fn files(args: &OutputArgs) -> Vec<&Path> {
    if args.files.is_empty() {
        vec![Path::new("-")]
    } else {
        args.files.iter().map(PathBuf::as_path).collect()
    }
}

/// Why a file was not done, and which one is to blame if it is not the input.
struct Failure {
    path: Option<PathBuf>,
    error: Error,
}

impl Failure {
    fn new(path: &Path, error: streams::Error) -> Self {
        Self {
            path: Some(path.to_owned()),
            error: error.into(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { path: None, error }
    }
}

fn report_result(input: &Path, done: Result<Outcome, Failure>) -> Outcome {
    match done {
        Ok(outcome) => outcome,
        // Only of stdout is that nobody's fault.
        Err(failure)
            if is_closed_pipe(&failure.error)
                && failure.path.as_deref() == Some(Path::new("stdout")) =>
        {
            Outcome::Done
        }
        Err(failure) => report(
            Some(failure.path.as_deref().unwrap_or(input)),
            &failure.error,
        ),
    }
}
