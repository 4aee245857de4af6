//! `streams test` and `streams list`: everything is decoded, so what is said is true.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Error;
use bytes::BytesMut;
use futures::{StreamExt, TryStreamExt, stream};
use streams::DecompressOptions;
use streams::{Trailing, stored_name};

use super::args::InspectArgs;
use super::compress::{check_trailing, format_of};
use super::file::Input;
use super::message::{Outcome, escaped, is_closed_pipe, report, say, shown};
use super::progress::bar;

/// How far a name is looked for: behind the largest extra field there is room for one.
const START_BYTES: usize = 128 * 1024;

/// What decoding a whole file has shown.
struct Facts {
    compressed: u64,
    uncompressed: u64,
    members: u64,
    trailing: Trailing,
    name: Option<Vec<u8>>,
}

/// Decodes each file and says nothing if it is good.
pub async fn test(args: &InspectArgs) -> Outcome {
    let mut worst = Outcome::Done;
    for path in files(args) {
        let outcome = match decode(path, args).await {
            Ok(facts) => {
                if args.verbose {
                    say(Some(path), "OK");
                }
                check_trailing(path, facts.trailing, args.quiet)
            }
            Err(error) => report(Some(path), &error),
        };
        worst = worst.max(outcome);
    }
    worst
}

/// Prints a line for each file.
pub async fn list(args: &InspectArgs) -> Outcome {
    let mut out = std::io::stdout().lock();
    let mut worst = Outcome::Done;
    let mut print = |line: String| {
        let printed = writeln!(out, "{line}").map_err(streams::Error::Write);
        printed.map_err(Error::from)
    };
    let mut printed = print(format!(
        "{:>12} {:>12} {:>7} {:>7}  name",
        "compressed", "uncompressed", "ratio", "members"
    ));
    for path in files(args) {
        let outcome = match decode(path, args).await {
            Ok(facts) => {
                printed = printed.and_then(|()| print(row(path, &facts, args.verbose)));
                check_trailing(path, facts.trailing, args.quiet)
            }
            Err(error) => report(Some(path), &error),
        };
        worst = worst.max(outcome);
    }
    match printed {
        Err(error) if !is_closed_pipe(&error) => report(Some(Path::new("stdout")), &error),
        _ => worst,
    }
}

/// The ratio is the share saved, as gzip shows it.
fn row(path: &Path, facts: &Facts, verbose: bool) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a percentage with one decimal")]
    let ratio = if facts.uncompressed == 0 {
        0.0
    } else {
        100.0 - 100.0 * facts.compressed as f64 / facts.uncompressed as f64
    };
    let stored = facts
        .name
        .as_ref()
        .map(|name| escaped(&String::from_utf8_lossy(name)));
    let name = match stored {
        Some(stored) if verbose => format!("{}: {stored}", shown(path)),
        stored => stored.unwrap_or_else(|| shown(path)),
    };
    format!(
        "{:>12} {:>12} {ratio:>6.1}% {:>7}  {name}",
        facts.compressed, facts.uncompressed, facts.members
    )
}

async fn decode(path: &Path, args: &InspectArgs) -> Result<Facts, Error> {
    let input = Input::open(path).await?;
    let bar = bar(path, input.size(), args.quiet);
    let mut source = Box::pin(input.chunks({
        let bar = bar.clone();
        move |bytes| bar.inc(bytes)
    }));
    // The header is at the start, which then goes back to the front; a pipe may deliver it in pieces.
    let mut start = BytesMut::new();
    while start.len() < START_BYTES
        && let Some(chunk) = source.try_next().await?
    {
        start.extend_from_slice(&chunk);
    }
    let name = stored_name(&start);
    let source = stream::once(async { Ok(start.freeze()) }).chain(source);

    let options = DecompressOptions {
        max_output: args.decoding.max_output,
    };
    let (output, found) = streams::decompress(format_of(path, &args.decoding), source, options);
    let uncompressed = output
        .try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len() as u64) })
        .await;
    let compressed = bar.position();
    bar.finish_and_clear();
    Ok(Facts {
        compressed,
        uncompressed: uncompressed?,
        members: found.members(),
        trailing: found.trailing(),
        name,
    })
}

fn files(args: &InspectArgs) -> Vec<&Path> {
    if args.files.is_empty() {
        vec![Path::new("-")]
    } else {
        args.files.iter().map(PathBuf::as_path).collect()
    }
}
