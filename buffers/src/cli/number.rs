//! Numbers as xxd reads them: `64`, `0x40`, `0100` in octal, with a sign; and with a unit, `64K`, `1M`, `2GiB`, in powers of 1,024.
//!
//! xxd passes over what follows a number, and takes a word for 0. Here that is an error.

/// Returns the number that `text` names.
pub fn parse(text: &str) -> Result<i128, String> {
    let wrong = || format!("{text:?} is not a number: 64, 0x40, 0100 (octal), 64K, 1M, 2GiB");
    let (sign, size) = match text.strip_prefix('-') {
        Some(size) => (-1, size),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match size.strip_prefix("0x").or(size.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None if size.len() > 1 && size.starts_with('0') => (8, size),
        None => (10, size),
    };
    let end = digits.find(|char: char| !char.is_digit(radix));
    let (digits, unit) = digits.split_at(end.unwrap_or(digits.len()));
    let shift = match unit.to_ascii_lowercase().as_str() {
        _ if digits.is_empty() => return Err(wrong()),
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return Err(wrong()),
    };
    // One that is out of reach for 64 bits is as far as they go, also after its unit.
    let number = u64::from_str_radix(digits, radix).unwrap_or(u64::MAX);
    Ok(sign * i128::from(number.saturating_mul(1 << shift)))
}

/// Returns the size that `text` names.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let number = parse(text)?;
    u64::try_from(number).map_err(|_| format!("{text:?} is less than nothing"))
}
