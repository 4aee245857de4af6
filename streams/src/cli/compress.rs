//! `streams compress`: each file becomes one with the format's suffix.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::UNIX_EPOCH;

use anyhow::ensure;
use streams::{CompressOptions, DecodeSummary};

use super::args::FileArgs;
use super::files::{convert, stripped};
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
        !has_it || args.force || args.stdout || is_dash(path),
        "already has the suffix {suffix}; -f compresses it again"
    );
    let mut target = path.as_os_str().to_owned();
    target.push(&suffix);
    convert(path, args, Ok(target.into()), async |input, output| {
        ensure!(
            !output.is_terminal() || args.force,
            "compressed data is not written to a terminal; -f does it"
        );
        let options = options(input, args)?;
        let compressed = streams::compress(format, input.chunks()?, &options);
        Ok((compressed, DecodeSummary::default()))
    })
    .await
}

fn options(input: &Input, args: &FileArgs) -> anyhow::Result<CompressOptions> {
    let wanted = args.threads.map_or_else(num_cpus::get, usize::from);
    let threads = NonZeroUsize::new(wanted.min(sys::max_threads()));
    let mut options = CompressOptions {
        level: args.level.0,
        threads: threads.unwrap_or(NonZeroUsize::MIN),
        ..CompressOptions::default()
    };
    if let Some(metadata) = &input.metadata
        && !args.no_name
        && !input.is_stdin()
    {
        let name = input.path.file_name();
        options.name = name.map(|name| name.as_encoded_bytes().to_vec());
        let since = metadata.modified()?.duration_since(UNIX_EPOCH);
        options.mtime = u32::try_from(since.unwrap_or_default().as_secs()).unwrap_or_default();
    }
    Ok(options)
}
