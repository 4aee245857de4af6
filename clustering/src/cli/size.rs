//! Sizes as people write them: `64K`, `1M`, `2GiB`, all powers of 1,024.

/// The least that hyper can do with.
const HEAD_BYTES: usize = 8 * 1024;

/// The number of bytes that `text` names, for the head of a request.
pub fn parse_head(text: &str) -> Result<usize, String> {
    match parse(text)? {
        bytes @ HEAD_BYTES.. => Ok(bytes),
        _ => Err("must be at least 8K".to_owned()),
    }
}

/// The number of bytes that `text` names.
pub fn parse(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let shift = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        _ => return Err("a size is a number and a unit: 64K, 1M, 2GiB".to_owned()),
    };
    let number: usize = number
        .parse()
        .map_err(|_| "a size starts with a whole number: 64K, 1M, 2GiB".to_owned())?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "more than there can be".to_owned())
}
