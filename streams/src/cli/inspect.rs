//! `streams test` and `streams list`: everything is decoded, so the figures are true.

use std::future::ready;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use flate2::bufread::GzDecoder;
use flate2::{Crc, GzHeader};
use futures::TryStreamExt;

use super::args::FileArgs;
use super::decompress::Decoded;
use super::files::{check_trailing, each, stripped};
use super::input::Input;
use super::message::{InOutput, Outcome, escaped, report, say, shown};

/// How far a name is looked for: behind the largest extra field there is room for one.
const START_BYTES: usize = 128 * 1024;

/// Decodes each file and prints nothing about a good one.
pub async fn test(args: &FileArgs) -> Outcome {
    let one = async |path: &Path| {
        let input = Input::open(path, args.quiet).await?;
        let decoded = Decoded::of(&input, args, 2, false).await?;
        decoded.contents.try_for_each(|_| ready(Ok(()))).await?;
        input.bar.finish_and_clear();
        if args.verbose > 0 {
            say(Some(path), "OK");
        }
        Ok(check_trailing(path, &decoded.summary, args.quiet))
    };
    each(args, true, one).await
}

/// Prints a line for each file, and one for all if they are several.
pub async fn list(args: &FileArgs) -> Outcome {
    let mut out = std::io::stdout().lock();
    let mut printed = Ok(());
    let mut print = |line: String| {
        if printed.is_ok() {
            printed = writeln!(out, "{line}");
        }
    };
    let details = match args.verbose {
        0 => "",
        _ => "method  crc      date       time  ",
    };
    print(format!(
        "{details}  compressed uncompressed   ratio members  name"
    ));
    let (mut files, mut totals) = (0, [0; 3]);
    let one = async |path: &Path| {
        let input = Input::open(path, args.quiet).await?;
        let decoded = Decoded::of(&input, args, START_BYTES, false).await?;
        let mut crc = Crc::new();
        let mut uncompressed = 0;
        let counted = decoded.contents.try_for_each(|chunk| {
            uncompressed += chunk.len() as u64;
            crc.update(&chunk);
            ready(Ok(()))
        });
        counted.await?;
        input.bar.finish_and_clear();
        let figures = [
            input.bar.position(),
            uncompressed,
            decoded.summary.members(),
        ];
        let decoder = GzDecoder::new(&*decoded.start);
        let header = decoder.header();
        let details = match args.verbose {
            0 => String::new(),
            _ => format!(
                "{:<7} {:08x} {} ",
                decoded.format.name(),
                crc.sum(),
                date(header)
            ),
        };
        print(format!(
            "{details}{}  {}",
            shown_figures(figures),
            name(path, header, args)
        ));
        files += 1;
        for (total, figure) in totals.iter_mut().zip(figures) {
            *total += figure;
        }
        Ok(check_trailing(path, &decoded.summary, args.quiet))
    };
    let worst = each(args, true, one).await;
    if files > 1 {
        print(format!(
            "{:1$}{2}  (totals)",
            "",
            details.len(),
            shown_figures(totals)
        ));
    }
    match printed.map_err(streams::Error::Write) {
        Ok(()) => worst,
        Err(error) => {
            let error = anyhow::Error::from(error).context(InOutput("stdout".into()));
            worst.max(report(None, &error))
        }
    }
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
    let stored = header
        .and_then(GzHeader::filename)
        .map(String::from_utf8_lossy);
    let expected = stripped(path, args)
        .and_then(|(_, path)| Some(path.file_name()?.to_string_lossy().into_owned()));
    match stored {
        Some(stored) if expected.as_deref() != Some(&*stored) => {
            format!("{}: {}", shown(path), escaped(&stored))
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
