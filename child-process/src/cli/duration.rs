//! Times as people write them: `500ms`, `1.5s`, `2m`, `1h`, `1d`; without a unit, seconds; 0 is for ever.

use std::time::Duration;

const USAGE: &str = "a time is a number and a unit: 500ms, 1.5s, 2m, 1h, 1d";

/// Returns the time that `text` names; 0, as in timeout(1), and what is longer than there is time are for ever.
pub fn parse(text: &str) -> Result<Duration, &'static str> {
    let is_unit = |letter: char| !letter.is_ascii_digit() && letter != '.';
    let (number, unit) = text.split_at(text.find(is_unit).unwrap_or(text.len()));
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return Err(USAGE),
    };
    let number: f64 = number.parse().map_err(|_| USAGE)?;
    if number == 0.0 {
        return Ok(Duration::MAX);
    }
    let time = Duration::try_from_secs_f64(number * seconds).unwrap_or(Duration::MAX);
    // What is nearly zero is a limit as well.
    Ok(time.max(Duration::from_nanos(1)))
}
