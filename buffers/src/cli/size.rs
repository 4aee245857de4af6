//! Sizes as people write them: `64`, `0x40`, `64K`, `1M`, `2GiB`, all powers of 1,024.

/// The number of bytes that `text` names.
pub fn parse(text: &str) -> Result<u64, String> {
    let wrong = || "a size is a number and perhaps a unit: 64, 0x40, 64K, 1M, 2GiB".to_owned();
    if let Some(digits) = text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        return u64::from_str_radix(digits, 16).map_err(|_| wrong());
    }
    // As C has it, and so xxd.
    if text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return u64::from_str_radix(text, 8).map_err(|_| wrong());
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "larger than any file".to_owned())
}

/// Where to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    FromStart(u64),
    FromEnd(u64),
}

/// A distance from the start, or, with a minus, from the end.
pub fn parse_seek(text: &str) -> Result<Seek, String> {
    match text.strip_prefix('-') {
        Some(size) => Ok(Seek::FromEnd(parse(size)?)),
        None => Ok(Seek::FromStart(parse(
            text.strip_prefix('+').unwrap_or(text),
        )?)),
    }
}
