//! `streams decompress`: each file becomes one without the format's suffix.

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, ensure};
use bytes::Bytes;
use streams::{ByteStream, DecodeSummary, DecompressOptions, Format};

use super::args::FileArgs;
use super::files::{convert, stripped};
use super::input::{Input, is_dash, peek};
use super::message::Outcome;

pub async fn decompress(path: &Path, args: &FileArgs) -> anyhow::Result<Outcome> {
    ensure!(
        !is_dash(path) || !std::io::stdin().is_terminal() || args.force,
        "compressed data is not read from a terminal; -f does it"
    );
    let target = stripped(path, args).map(|(_, target)| target);
    let target = target.context("unknown suffix; name the output with -o or use -c");
    convert(path, args, target, async |input, output| {
        // As `zcat -f` is `cat` for files that are not compressed.
        let passes_others = args.force && output.is_stdout();
        let decoded = Decoded::of(input, args, 2, passes_others).await?;
        Ok((decoded.contents, decoded.summary))
    })
    .await
}

/// A compressed file, as it is decoded.
pub struct Decoded {
    pub format: Format,
    /// The start of the compressed file.
    pub start: Bytes,
    pub contents: ByteStream,
    pub summary: DecodeSummary,
}

impl Decoded {
    /// Looks at the first `start_bytes` of `input` and starts to decode it, unless it is not compressed and `passes_others`.
    pub async fn of(
        input: &Input,
        args: &FileArgs,
        start_bytes: usize,
        passes_others: bool,
    ) -> anyhow::Result<Self> {
        let (start, source) = peek(input.chunks()?, start_bytes).await?;
        // Its files are named `.Z`, and gzip reads them.
        ensure!(
            !start.starts_with(&[0x1f, 0x9d]),
            "is in the format of compress(1), which is not read; uncompress does"
        );
        let named = || stripped(&input.path, args).map(|(format, _)| format);
        let format = args.format.or_else(named).unwrap_or_default();
        let (contents, summary) = if passes_others && Format::detect(&start).is_none() {
            (source, DecodeSummary::default())
        } else {
            let max_output = args.max_output;
            streams::decompress(format, source, DecompressOptions { max_output })
        };
        Ok(Self {
            format,
            start,
            contents,
            summary,
        })
    }
}
