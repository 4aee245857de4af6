//! `atob` and `btoa`, which Node has for the web's sake: strict base64 over Latin-1 text.

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
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0c);
    let mut chars: Vec<u8> = text.bytes().filter(|byte| !is_space(byte)).collect();
    let mut padding = 0;
    while padding < 2 && chars.pop_if(|last| *last == b'=').is_some() {
        padding += 1;
    }

    let is_char = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    if !chars.iter().all(is_char) {
        return Err(Error::InvalidCharacter);
    }
    if chars.len() % 4 == 1 {
        return Err(Error::NotCorrectlyEncoded);
    }
    if padding > 0 && !(chars.len() + padding).is_multiple_of(4) {
        return Err(Error::InvalidCharacter);
    }
    Ok(Encoding::Latin1.to_text_lossy(&base64_lenient::decode(&chars)))
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
