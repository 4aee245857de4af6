//! The one error of this crate: the attempt that failed, and what a person needs to act on it.
//!
//! Node reports the same with `error.code`; [`Error`]'s variants say which code stands where.

use std::convert::Infallible;
use std::io;

/// Why a stream stopped before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Opening or reading failed; the operating system says why (`ENOENT`, `EISDIR`, `EIO` ...).
    #[error(transparent)]
    Io(#[from] io::Error),

    /// The destination did not take what was written to it (`ENOSPC`, `EPIPE` ...).
    #[error("cannot write")]
    Write(#[source] io::Error),

    /// A file of that name exists and must not be overwritten. Node: `EEXIST`.
    #[error("already exists")]
    Exists,

    /// The input ended inside compressed data. Node: `Z_BUF_ERROR`.
    #[error("unexpected end of input: the data is cut short")]
    Truncated,

    /// A check value, a code or a header field is wrong. Node: `Z_DATA_ERROR`.
    #[error("{reason}: the data is damaged")]
    Corrupt {
        /// The decoder's reason, in zlib's words.
        reason: String,
    },

    /// The input does not begin as the format demands. Node: `Z_DATA_ERROR`.
    #[error("not in {expected} format")]
    WrongFormat {
        /// The format's usual name.
        expected: &'static str,
    },

    /// Decompressed data would be larger than allowed. Node: `ERR_BUFFER_TOO_LARGE`.
    #[error("output is larger than the limit of {limit} bytes")]
    OutputLimit {
        /// The most that was allowed, in bytes.
        limit: u64,
    },

    /// The other end went away before everything was sent. Node: `ERR_STREAM_PREMATURE_CLOSE`.
    #[error("premature close: the other end went away")]
    PrematureClose,

    /// A chunk came after the stream was ended. Node: `ERR_STREAM_WRITE_AFTER_END`.
    #[error("write after end")]
    WriteAfterEnd,

    /// The work was stopped from outside. Node: `ABORT_ERR`.
    #[error("cancelled")]
    Cancelled,

    /// Bytes that are not UTF-8, met by a strict decoder.
    #[error("invalid UTF-8 at byte {offset}")]
    InvalidUtf8 {
        /// Where the bad sequence starts, counted from the start of the stream.
        offset: u64,
    },

    /// A line went on for longer than the reader is willing to hold.
    #[error("line {number} is longer than {limit} bytes")]
    LineTooLong {
        /// The line's number, from 1.
        number: u64,
        /// The most that was allowed, in bytes.
        limit: usize,
    },

    /// A task or a thread in the background panicked, or its runtime was shut down.
    #[error("a background task did not finish")]
    Panicked,
}

/// So that a [`Transform`](crate::Transform) which cannot fail fits into every stream.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<tokio::task::JoinError> for Error {
    fn from(_: tokio::task::JoinError) -> Self {
        Self::Panicked
    }
}

/// So that a byte stream of this crate can be given to code that reads `io::Result<Bytes>`
/// (`tokio_util::io::StreamReader`, hyper bodies).
impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Io(error) | Error::Write(error) => return error,
            Error::Truncated => io::ErrorKind::UnexpectedEof,
            Error::PrematureClose => io::ErrorKind::BrokenPipe,
            Error::Corrupt { .. } | Error::WrongFormat { .. } | Error::InvalidUtf8 { .. } => {
                io::ErrorKind::InvalidData
            }
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
