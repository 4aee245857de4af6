//! `atob` and `btoa`, which Node has for the web's sake: strict base64 over Latin-1 text.

use memchr::memchr;

use super::base64_lenient;
use crate::{Encoding, Error};

/// Decodes base64 into a text of the first 256 characters: `atob`.
///
/// White space is skipped, padding may be missing but not wrong.
///
/// # Errors
///
/// [`Error::NotCorrectlyEncoded`] if a single character is left over, [`Error::InvalidCharacter`] for anything else.
///
/// # Examples
///
/// ```
/// assert_eq!(buffers::atob(" aGk= ")?, "hi");
/// assert!(buffers::atob("aG-").is_err());
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn atob(text: &str) -> Result<String, Error> {
    // Most text is clean, and decoded at once.
    if let Ok(bytes) = Encoding::Base64.to_bytes(text) {
        return Encoding::Latin1.to_text(&bytes);
    }
    let end = memchr(b'=', text.as_bytes()).unwrap_or(text.len());
    let (front, back) = text.as_bytes().split_at(end);
    let is_char = |byte: u8| byte.is_ascii_alphanumeric() | (byte == b'+') | (byte == b'/');
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
    let chars = front.iter().filter(|&&byte| is_char(byte)).count();
    let spaces = text.bytes().filter(|&byte| is_space(byte)).count();
    let padding = back.iter().filter(|&&byte| byte == b'=').count();

    if chars + spaces + padding < text.len() || padding > 2 {
        return Err(Error::InvalidCharacter);
    }
    if chars % 4 == 1 {
        return Err(Error::NotCorrectlyEncoded);
    }
    if padding > 0 && !(chars + padding).is_multiple_of(4) {
        return Err(Error::InvalidCharacter);
    }
    Ok(Encoding::Latin1.to_text_lossy(&base64_lenient::decode(front)))
}

/// Encodes a text of the first 256 characters as base64: `btoa`.
///
/// # Errors
///
/// [`Error::InvalidCharacter`] for a character above U+00FF.
///
/// # Examples
///
/// ```
/// assert_eq!(buffers::btoa("hi")?, "aGk=");
/// # Ok::<(), buffers::Error>(())
/// ```
pub fn btoa(text: &str) -> Result<String, Error> {
    let bytes = Encoding::Latin1.to_bytes(text);
    let bytes = bytes.map_err(|_| Error::InvalidCharacter)?;
    Ok(Encoding::Base64.to_text_lossy(&bytes))
}
