//! `streams compress`: each file becomes one with the format's suffix.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::anyhow;
use streams::CompressOptions;

use super::args::FileArgs;
use super::file::{Input, is_dash, open, stripped};
use super::message::{Failure, Outcome};
use super::sys::name_bytes;
use super::transfer::transfer;

pub async fn compress(path: &Path, args: &FileArgs) -> Result<Outcome, Failure> {
    let format = args.format.unwrap_or_default();
    let suffix = args
        .suffix
        .clone()
        .unwrap_or_else(|| format!(".{}", format.suffix()));
    let has_it = stripped(path, args).is_some_and(|(named, _)| named == format);
    if has_it && !args.force && !is_dash(path) {
        return Err(anyhow!("already has the suffix {suffix}; -f compresses it again").into());
    }
    let target = || {
        let mut target = path.as_os_str().to_owned();
        target.push(&suffix);
        Ok(target.into())
    };
    let (input, output) = open(path, args, target).await?;
    if output.is_terminal() && !args.force {
        return Err(anyhow!("compressed data is not written to a terminal; -f does it").into());
    }
    let options = options(&input, args);
    let stage = async |source| Ok(streams::compress(format, source, &options));
    transfer(input, output, args, stage, || Outcome::Done).await
}

fn options(input: &Input, args: &FileArgs) -> CompressOptions {
    let mut options = CompressOptions {
        level: args.level.0,
        ..CompressOptions::default()
    };
    if let Some(threads) = args
        .threads
        .and_then(|threads| NonZeroUsize::new(threads.into()))
    {
        options.threads = threads;
    }
    if !args.no_name && input.metadata.is_file() && !input.is_stdin() {
        options.name = input.path.file_name().map(name_bytes);
        let modified = input.metadata.modified().ok();
        let since = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        let seconds = since.and_then(|since| u32::try_from(since.as_secs()).ok());
        options.mtime = seconds.unwrap_or_default();
    }
    options
}
