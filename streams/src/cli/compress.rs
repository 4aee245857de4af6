//! `streams compress`: each file becomes one with the format's suffix.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::ensure;
use streams::{CompressOptions, DecodeSummary};

use super::args::FileArgs;
use super::files::{open, stripped, transfer};
use super::input::{Input, is_dash};
use super::message::Outcome;
use super::sys;

pub async fn compress(path: &Path, args: &FileArgs) -> anyhow::Result<Outcome> {
    let format = args.format.unwrap_or_default();
    let suffix = match &args.suffix {
        Some(suffix) => suffix.clone(),
        None => format!(".{}", format.suffix()),
    };
    let has_it = stripped(path, args).is_some_and(|(named, _)| named == format);
    ensure!(
        !has_it || args.force || is_dash(path),
        "already has the suffix {suffix}; -f compresses it again"
    );
    let target = || {
        let mut target = path.as_os_str().to_owned();
        target.push(&suffix);
        Ok(target.into())
    };
    let (input, output) = open(path, args, target).await?;
    ensure!(
        !output.is_terminal() || args.force,
        "compressed data is not written to a terminal; -f does it"
    );
    let compressed = streams::compress(format, input.chunks()?, &options(&input, args));
    transfer(input, compressed, output, args, &DecodeSummary::default()).await
}

fn options(input: &Input, args: &FileArgs) -> CompressOptions {
    let mut options = CompressOptions {
        level: args.level.0,
        ..CompressOptions::default()
    };
    let wanted = args.threads.map_or_else(num_cpus::get, usize::from);
    let threads = NonZeroUsize::new(wanted.min(sys::max_threads()));
    options.threads = threads.unwrap_or(NonZeroUsize::MIN);
    if !args.no_name && input.metadata.is_file() && !input.is_stdin() {
        let name = input.path.file_name();
        options.name = name.map(|name| name.as_encoded_bytes().to_vec());
        let modified = input.metadata.modified().ok();
        let since = modified.and_then(|modified| modified.duration_since(UNIX_EPOCH).ok());
        let seconds = since.and_then(|since| u32::try_from(since.as_secs()).ok());
        options.mtime = seconds.unwrap_or_default();
    }
    options
}
