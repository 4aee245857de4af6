//! `streams test` and `streams list`: everything is decoded, so the figures are true.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use flate2::bufread::GzDecoder;
use flate2::{Crc, GzHeader};
use futures::TryStreamExt;
use streams::Error;

use super::args::FileArgs;
use super::decompress::Decoded;
use super::files::{each, finish, stripped};
use super::input::Input;
use super::message::{Outcome, escaped, report, say, shown};
use super::output::in_output;

/// How far a name is looked for: behind the largest extra field there is room for one.
const START_BYTES: usize = 128 * 1024;

/// Decodes a file and prints nothing about a good one.
pub async fn test(path: &Path, args: &FileArgs) -> anyhow::Result<Outcome> {
    let (_, _, outcome) = decode(path, args, 2, |_| {}).await?;
    if args.verbose > 0 {
        say(Some(path), "OK");
    }
    Ok(outcome)
}

/// Prints a line for each file, and one for all if they are several.
pub async fn list(args: &FileArgs) -> Outcome {
    let details = match args.verbose {
        0 => "",
        _ => "method  crc      date       time  ",
    };
    let heading = "  compressed uncompressed   ratio members  name";
    let printed = print(&format!("{details}{heading}"));
    if printed != Outcome::Done {
        return printed;
    }
    let (mut files, mut totals) = (0, [0; 3]);
    let one = async |path: &Path, args: &FileArgs| {
        let (mut crc, mut uncompressed) = (Crc::new(), 0);
        let count = |chunk: &[u8]| {
            uncompressed += chunk.len() as u64;
            crc.update(chunk);
        };
        let (input, decoded, outcome) = decode(path, args, START_BYTES, count).await?;
        let members = decoded.summary.members();
        let figures = [input.bar.position(), uncompressed, members];
        let decoder = GzDecoder::new(&*decoded.start);
        let header = decoder.header();
        let mut row = shown_figures(figures) + "  " + &name(path, header, args);
        if args.verbose > 0 {
            let (format, crc, date) = (decoded.format.name(), crc.sum(), date(header));
            row = format!("{format:<7} {crc:08x} {date} {row}");
        }
        files += 1;
        for (total, figure) in totals.iter_mut().zip(figures) {
            *total += figure;
        }
        Ok(outcome.max(print(&row)))
    };
    let worst = each(args, true, one).await;
    if files < 2 {
        return worst;
    }
    let (totals, width) = (shown_figures(totals), details.len());
    worst.max(print(&format!("{:width$}{totals}  (totals)", "")))
}

/// Decodes a file to its end and passes what comes out to `look`.
async fn decode(
    path: &Path,
    args: &FileArgs,
    start_bytes: usize,
    mut look: impl FnMut(&[u8]),
) -> anyhow::Result<(Input, Decoded, Outcome)> {
    let input = Input::open(path, args.quiet).await?;
    let mut decoded = Decoded::of(&input, args, start_bytes, false).await?;
    while let Some(chunk) = decoded.contents.try_next().await? {
        look(&chunk);
    }
    let outcome = finish(&input, &decoded.summary, args.quiet)?;
    Ok((input, decoded, outcome))
}

/// Prints a line on stdout and reports it if that fails.
fn print(line: &str) -> Outcome {
    let failed = |error| report(None, &in_output("stdout".as_ref(), Error::Write(error)));
    writeln!(std::io::stdout(), "{line}").map_or_else(failed, |()| Outcome::Done)
}

/// The ratio is the share saved, as gzip shows it.
fn shown_figures([compressed, uncompressed, members]: [u64; 3]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a percentage with one decimal")]
    let ratio = match uncompressed {
        0 => 0.0,
        _ => 100.0 - 100.0 * compressed as f64 / uncompressed as f64,
    };
    format!("{compressed:>12} {uncompressed:>12} {ratio:>6.1}% {members:>7}")
}

/// Returns the file's own name, and the stored one if it is not what the own one says.
fn name(path: &Path, header: Option<&GzHeader>, args: &FileArgs) -> String {
    let stored = header.and_then(GzHeader::filename);
    let expected = stripped(path, args).map(|(_, path)| path);
    let expected = expected.as_deref().and_then(Path::file_name);
    match stored {
        Some(name) if stored != expected.map(OsStr::as_encoded_bytes) => {
            let name = String::from_utf8_lossy(name);
            format!("{}: {}", shown(path), escaped(&name))
        }
        _ => shown(path),
    }
}

/// Returns a stored time as UTC, to the minute; a file may have none.
fn date(header: Option<&GzHeader>) -> String {
    match header.map_or(0, GzHeader::mtime) {
        0 => format!("{:16}", "-"),
        seconds => {
            let time = UNIX_EPOCH + Duration::from_secs(seconds.into());
            let text = humantime::format_rfc3339_seconds(time).to_string();
            text[..16].replace('T', " ")
        }
    }
}
