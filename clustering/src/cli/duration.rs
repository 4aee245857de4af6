//! Times as people write them: `500ms`, `1.5s`, `2m`, `1h`; without a unit, seconds.

use std::time::Duration;

/// A longer time is a typing error; and clocks end somewhere.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

/// The time that `text` names, but not zero, a limit that nothing could keep.
pub fn parse_positive(text: &str) -> Result<Duration, String> {
    let time = parse(text)?;
    match time.is_zero() {
        false => Ok(time),
        true => Err("must be longer than 0".to_owned()),
    }
}

/// The time that `text` names.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is a number and a unit: 500ms, 1.5s, 2m, 1h".to_owned();
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let time = Duration::try_from_secs_f64(number * seconds);
    let time = time.ok().filter(|time| *time <= LONGEST);
    time.ok_or_else(|| "longer than a year".to_owned())
}
