//! Times as people write them: `500ms`, `1.5s`, `2m`, `1h`, `1d`; without a unit, seconds.

use std::time::Duration;

/// Returns the time that `text` names; what is longer than there is time is for ever.
pub fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || "a time is a number and a unit: 500ms, 1.5s, 2m, 1h, 1d".to_owned();
    let end = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let seconds = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86400.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let time = Duration::try_from_secs_f64(number * seconds).unwrap_or(Duration::MAX);
    // Zero would be no limit.
    let least = if number > 0.0 {
        Duration::from_nanos(1)
    } else {
        Duration::ZERO
    };
    Ok(time.max(least))
}
