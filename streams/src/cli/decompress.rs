//! `streams decompress`: each file becomes one without the format's suffix.

use std::cell::OnceCell;
use std::io::IsTerminal;
use std::path::Path;

use anyhow::{anyhow, ensure};
use streams::{DecodeSummary, DecompressOptions, Format, Trailing};

use super::args::FileArgs;
use super::file::{Output, format_of, is_dash, open, peek, stripped};
use super::message::{Failure, Outcome, warn};
use super::transfer::transfer;

pub async fn decompress(path: &Path, args: &FileArgs) -> Result<Outcome, Failure> {
    if is_dash(path) && std::io::stdin().is_terminal() && !args.force {
        return Err(anyhow!("compressed data is not read from a terminal; -f does it").into());
    }
    let target = || match stripped(path, args) {
        Some((_, stripped)) => Ok(stripped),
        None => Err(anyhow!("unknown suffix; name the output with -o or use -c")),
    };
    let (input, output) = open(path, args, target).await?;
    // As `zcat -f` is `cat` for files that are not compressed.
    let passes_others = args.force && matches!(output, Output::Stdout(_));
    let summary = OnceCell::new();
    let stage = async |source| {
        let (start, source) = peek(source, 2).await?;
        refuse_lzw(&start)?;
        if passes_others && Format::detect(&start).is_none() {
            return Ok(source);
        }
        let format = format_of(path, args);
        let (plain, of_plain) = streams::decompress(format, source, options(args));
        // Set once: a stage is made once.
        let _ = summary.set(of_plain);
        Ok(plain)
    };
    let verdict = || {
        let trailing = summary.get().map(DecodeSummary::trailing);
        check_trailing(path, trailing.unwrap_or_default(), args.quiet)
    };
    transfer(input, output, args, stage, verdict).await
}

pub fn options(args: &FileArgs) -> DecompressOptions {
    DecompressOptions {
        max_output: args.max_output,
    }
}

/// Refuses the format of compress(1), which gzip reads: its files are named `.Z`.
pub fn refuse_lzw(start: &[u8]) -> anyhow::Result<()> {
    ensure!(
        !start.starts_with(&[0x1f, 0x9d]),
        "is in the format of compress(1), which is not read; uncompress does"
    );
    Ok(())
}

/// Warns of bytes after the data, which were ignored.
pub fn check_trailing(path: &Path, trailing: Trailing, quiet: bool) -> Outcome {
    match trailing {
        Trailing::Garbage => warn(
            path,
            "the bytes after the compressed data were ignored",
            quiet,
        ),
        Trailing::Nothing | Trailing::Zeros => Outcome::Done,
    }
}
