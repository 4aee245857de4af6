//! Sizes as people write them: `64K`, `1M`, `2GiB`, all powers of 1,024.

use parse_size::Config;

/// The number of bytes that `text` names.
pub fn parse(text: &str) -> Result<usize, String> {
    let bytes = Config::new().with_binary().parse_size(text);
    let bytes = bytes.map_err(|error| format!("{error}: a size is 64K, 1M, 2GiB"))?;
    usize::try_from(bytes).map_err(|error| error.to_string())
}
