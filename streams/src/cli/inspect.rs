//! `streams test` and `streams list`: everything is decoded, so the figures are true.

use std::io::Write;
use std::path::Path;

use anyhow::Error;
use flate2::Crc;
use futures::TryStreamExt;
use streams::{DecodeSummary, stored_name, stored_time};

use super::args::FileArgs;
use super::decompress::{check_trailing, options, refuse_lzw};
use super::file::{Input, each, format_of, peek, stripped};
use super::message::{Failure, Outcome, escaped, is_closed_pipe, report, say, shown};
use super::progress::bar;

/// How far a name is looked for: behind the largest extra field there is room for one.
const START_BYTES: usize = 128 * 1024;

/// The facts that decoding a whole file has shown.
struct Facts {
    compressed: u64,
    uncompressed: u64,
    crc: Crc,
    summary: DecodeSummary,
    name: Option<Vec<u8>>,
    time: u32,
}

/// Decodes each file and prints nothing about a good one.
pub async fn test(args: &FileArgs) -> Outcome {
    let one = async |path: &Path| {
        let facts = decode(path, args).await?;
        if args.verbose > 0 {
            say(Some(path), "OK");
        }
        Ok(check_trailing(path, facts.summary.trailing(), args.quiet))
    };
    each(args, true, one).await
}

/// Prints a line for each file, and one for all if they are several.
pub async fn list(args: &FileArgs) -> Outcome {
    let mut out = std::io::stdout().lock();
    let mut print = |line: String| writeln!(out, "{line}").map_err(streams::Error::Write);
    let details = if args.verbose > 0 {
        "method  crc      date       time  "
    } else {
        ""
    };
    let mut printed = print(format!(
        "{details}{:>12} {:>12} {:>7} {:>7}  name",
        "compressed", "uncompressed", "ratio", "members"
    ));
    let mut total = (0, 0, 0, 0);
    let one = async |path: &Path| {
        let facts = decode(path, args).await?;
        let members = facts.summary.members();
        let details = match args.verbose {
            0 => String::new(),
            _ => format!(
                "{:<7} {:08x} {} ",
                format_of(path, args).name(),
                facts.crc.sum(),
                date(facts.time)
            ),
        };
        let figures = figures(facts.compressed, facts.uncompressed, members);
        if printed.is_ok() {
            printed = print(format!("{details}{figures}  {}", name(path, &facts, args)));
        }
        total.0 += facts.compressed;
        total.1 += facts.uncompressed;
        total.2 += members;
        total.3 += 1;
        Ok(check_trailing(path, facts.summary.trailing(), args.quiet))
    };
    let worst = each(args, true, one).await;
    if total.3 > 1 && printed.is_ok() {
        let gap = " ".repeat(details.len());
        printed = print(format!(
            "{gap}{}  (totals)",
            figures(total.0, total.1, total.2)
        ));
    }
    match printed.map_err(Error::from) {
        Err(error) if !is_closed_pipe(&error) => report(Some(Path::new("stdout")), &error),
        _ => worst,
    }
}

/// The ratio is the share saved, as gzip shows it.
fn figures(compressed: u64, uncompressed: u64, members: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a percentage with one decimal")]
    let ratio = match uncompressed {
        0 => 0.0,
        _ => 100.0 - 100.0 * compressed as f64 / uncompressed as f64,
    };
    format!("{compressed:>12} {uncompressed:>12} {ratio:>6.1}% {members:>7}")
}

/// Returns the file's own name, and the stored one if it is not what the own one says.
fn name(path: &Path, facts: &Facts, args: &FileArgs) -> String {
    let stored = facts
        .name
        .as_ref()
        .map(|name| String::from_utf8_lossy(name));
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
fn date(seconds: u32) -> String {
    if seconds == 0 {
        return format!("{:16}", "-");
    }
    let (days, minutes) = (seconds / 86_400, seconds % 86_400 / 60);
    // Years from March, in eras of 400 years: http://howardhinnant.github.io/date_algorithms.html
    let (era, day_of_era) = ((days + 719_468) / 146_097, (days + 719_468) % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 {
        (month + 3, 0)
    } else {
        (month - 9, 1)
    };
    let year = 400 * era + year_of_era + next_year;
    format!(
        "{year}-{month:02}-{day:02} {:02}:{:02}",
        minutes / 60,
        minutes % 60
    )
}

async fn decode(path: &Path, args: &FileArgs) -> Result<Facts, Failure> {
    let input = Input::open(path).await?;
    let bar = bar(path, input.size(), args.quiet);
    let counter = bar.clone();
    let (start, source) = peek(input.chunks(move |bytes| counter.inc(bytes))?, START_BYTES).await?;
    refuse_lzw(&start)?;
    let (plain, summary) = streams::decompress(format_of(path, args), source, options(args));
    let mut crc = Crc::new();
    let mut uncompressed = 0;
    let counted = plain.try_for_each(|chunk| {
        uncompressed += chunk.len() as u64;
        crc.update(&chunk);
        std::future::ready(Ok(()))
    });
    let counted = counted.await;
    bar.finish_and_clear();
    counted?;
    Ok(Facts {
        compressed: bar.position(),
        uncompressed,
        crc,
        summary,
        name: stored_name(&start),
        time: stored_time(&start),
    })
}
