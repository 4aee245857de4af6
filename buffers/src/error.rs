//! The one error of this crate. Where Node has a message for it, `Display` is Node's text and [`Error::code`] Node's code.

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A number is outside what the call allows. Node: `ERR_OUT_OF_RANGE`.
    #[error("The value of \"{name}\" is out of range. It must be {allowed}. Received {received}")]
    OutOfRange {
        /// The argument's name in Node.
        name: &'static str,
        /// What would have been allowed, in Node's words.
        allowed: String,
        /// What came, in Node's way of writing numbers.
        received: String,
    },

    /// The buffer is shorter than the number to be read or written. Node: `ERR_BUFFER_OUT_OF_BOUNDS`.
    #[error("Attempt to access memory outside buffer bounds")]
    OutOfBounds,

    /// Bytes cannot be swapped in groups of this width. Node: `ERR_INVALID_BUFFER_SIZE`.
    #[error("Buffer size must be a multiple of {bits}-bits")]
    InvalidSize {
        /// The width of a group.
        bits: usize,
    },

    /// A fill value, here as `util.inspect` shows it, has no bytes to repeat. Node: `ERR_INVALID_ARG_VALUE`.
    #[error("The argument 'value' is invalid. Received {0}")]
    InvalidFill(String),

    /// No encoding has this name, which is as it was given. Node: `ERR_UNKNOWN_ENCODING`.
    #[error("Unknown encoding: {0}")]
    UnknownEncoding(String),

    /// This pair of encodings cannot be transcoded. Node: `U_ILLEGAL_ARGUMENT_ERROR`.
    #[error("Unable to transcode Buffer [U_ILLEGAL_ARGUMENT_ERROR]")]
    TranscodeUnsupported,

    /// The source is not well formed. Node: `U_INVALID_CHAR_FOUND`.
    #[error("Unable to transcode Buffer [U_INVALID_CHAR_FOUND]")]
    TranscodeInvalid,

    /// `atob` or `btoa` met a character that they do not know. Node: `InvalidCharacterError`.
    #[error("Invalid character")]
    InvalidCharacter,

    /// `atob` lacks a character. Node: `InvalidCharacterError`.
    #[error("The string to be decoded is not correctly encoded.")]
    NotCorrectlyEncoded,

    /// A strict decoder met something that is not of its encoding. Node has no such check.
    #[error("invalid {encoding} at offset {offset}: {reason}")]
    Invalid {
        /// The name of the encoding that was expected.
        encoding: &'static str,
        /// Where the first bad unit starts, in bytes of the input.
        offset: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Error {
    /// Returns Node's `error.code`; `ERR_INVALID_ENCODED_DATA` for what Node lets pass.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "ERR_OUT_OF_RANGE",
            Self::OutOfBounds => "ERR_BUFFER_OUT_OF_BOUNDS",
            Self::InvalidSize { .. } => "ERR_INVALID_BUFFER_SIZE",
            Self::InvalidFill(_) => "ERR_INVALID_ARG_VALUE",
            Self::UnknownEncoding(_) => "ERR_UNKNOWN_ENCODING",
            Self::TranscodeUnsupported => "U_ILLEGAL_ARGUMENT_ERROR",
            Self::TranscodeInvalid => "U_INVALID_CHAR_FOUND",
            Self::InvalidCharacter | Self::NotCorrectlyEncoded => "InvalidCharacterError",
            Self::Invalid { .. } => "ERR_INVALID_ENCODED_DATA",
        }
    }

    /// Returns where the first bad unit starts, in bytes of the input, if the error has such a place.
    pub fn offset(&self) -> Option<usize> {
        match self {
            Self::Invalid { offset, .. } => Some(*offset),
            _ => None,
        }
    }

    /// Returns the same error with its offset changed by `to`.
    pub(crate) fn map_offset(mut self, to: impl FnOnce(usize) -> usize) -> Self {
        if let Self::Invalid { offset, .. } = &mut self {
            *offset = to(*offset);
        }
        self
    }

    /// Returns Node's `error.name`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } | Self::OutOfBounds | Self::InvalidSize { .. } => "RangeError",
            Self::InvalidFill(_) | Self::UnknownEncoding(_) | Self::Invalid { .. } => "TypeError",
            Self::TranscodeUnsupported | Self::TranscodeInvalid => "Error",
            Self::InvalidCharacter | Self::NotCorrectlyEncoded => "InvalidCharacterError",
        }
    }

    /// Returns an error whose range is written with `&&`, as those of `write`, `fill`, `copy` and `compare`.
    pub(crate) fn out_of_range(name: &'static str, len: usize, received: usize) -> Self {
        Self::not_allowed(name, format!(">= 0 && <= {len}"), received as i128)
    }

    pub(crate) fn not_allowed(name: &'static str, allowed: String, received: i128) -> Self {
        Self::OutOfRange {
            name,
            allowed,
            received: with_separators(received),
        }
    }

    pub(crate) fn invalid(encoding: &'static str, offset: usize, reason: &'static str) -> Self {
        Self::Invalid {
            encoding,
            offset,
            reason,
        }
    }
}

/// Writes a number as Node's messages do: in groups of three when it is large.
fn with_separators(number: i128) -> String {
    let mut text = number.to_string();
    let mut place = text.len() - usize::from(number < 0);
    while number.unsigned_abs() > 1 << 32 && place > 3 {
        place -= 3;
        text.insert(place + usize::from(number < 0), '_');
    }
    text
}
