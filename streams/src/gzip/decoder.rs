//! Decoding without I/O: bytes are pushed in, bytes come out, and where the borders of the chunks lie changes nothing.
//!
//! A gzip file is one member or many. After each one comes the end, or another member, or zeros (tape
//! padding, fine), or something else (garbage: the data is whole, and the caller learns of it).
//! Two bytes decide, and they may lie in two chunks. Node's answer there depends on the chunking;
//! here it does not.

use bytes::{Buf, Bytes};
use flate2::{Decompress, FlushDecompress, Status};

use crate::{Error, Format};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What followed the last member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trailing {
    /// Nothing.
    #[default]
    Nothing,
    /// Zeros to the end, as tapes and block devices leave them.
    Zeros,
    /// Bytes that are no member. They were ignored; gzip warns of them and exits with 2.
    Garbage,
}

/// Decodes gzip (every member), zlib or raw deflate.
///
/// # Examples
///
/// ```
/// use streams::{Decoder, Format};
///
/// let mut empty_file = bytes::Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
/// let mut decoder = Decoder::new(Format::Gzip);
/// let mut out = Vec::with_capacity(1024);
/// decoder.decode(&mut empty_file, &mut out)?;
/// decoder.finish()?;
///
/// assert_eq!((out.len(), decoder.members()), (0, 1));
/// # Ok::<(), streams::Error>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    format: Format,
    state: State,
    members: u64,
}

#[derive(Debug)]
enum State {
    /// Before the first member or after any: `seen` bytes looked at so far, all of them magic.
    MemberHeader {
        seen: usize,
    },
    Inside(Decompress),
    /// After the last member: whatever comes is looked at and dropped.
    After(Trailing),
}

impl Decoder {
    /// A decoder at the start of its input. Formats other than gzip, zlib and raw deflate are read as raw deflate.
    pub fn new(format: Format) -> Self {
        let state = match format {
            Format::Gzip => State::MemberHeader { seen: 0 },
            _ => State::Inside(Decompress::new(format == Format::Zlib)),
        };
        Self {
            format,
            state,
            members: 0,
        }
    }

    /// How many members have been decoded to their end.
    pub fn members(&self) -> u64 {
        self.members
    }

    /// What came after the last member so far.
    pub fn trailing(&self) -> Trailing {
        match self.state {
            State::After(trailing) => trailing,
            // One magic byte alone starts no member.
            State::MemberHeader { seen: 1.. } if self.members > 0 => Trailing::Garbage,
            State::MemberHeader { .. } | State::Inside(_) => Trailing::Nothing,
        }
    }

    /// Decodes from `input`, which is advanced, into the spare capacity of `out`, until one of the two is used up.
    ///
    /// While it fills `out`, call it again, also without input: more may be to come.
    ///
    /// # Errors
    ///
    /// [`Error::Corrupt`] or [`Error::WrongFormat`]; `out` has what was decoded before it, which no check value
    /// has confirmed. After an error the decoder is of no more use.
    pub fn decode(&mut self, input: &mut Bytes, out: &mut Vec<u8>) -> Result<(), Error> {
        while !input.is_empty() || matches!(self.state, State::Inside(_)) {
            match &mut self.state {
                State::MemberHeader { seen } => {
                    let byte = input[0];
                    if byte == GZIP_MAGIC[*seen] {
                        input.advance(1);
                        *seen += 1;
                        if *seen == GZIP_MAGIC.len() {
                            self.state = State::Inside(start_member(out)?);
                        }
                    } else if self.members == 0 {
                        return Err(Error::WrongFormat {
                            expected: self.format.name(),
                        });
                    } else {
                        self.state = State::After(self.trailing());
                    }
                }
                State::Inside(member) => {
                    let (before_in, before_out) = (member.total_in(), out.len());
                    let status = member
                        .decompress_vec(input, out, FlushDecompress::None)
                        .map_err(|error| corrupt(error.message()))?;
                    let used = usize::try_from(member.total_in() - before_in)
                        .expect("no more than the input");
                    input.advance(used);
                    if status == Status::StreamEnd {
                        self.members += 1;
                        self.state = match self.format {
                            Format::Gzip => State::MemberHeader { seen: 0 },
                            _ => State::After(Trailing::Nothing),
                        };
                    } else if out.len() == out.capacity() || input.is_empty() {
                        return Ok(());
                    } else if used == 0 && out.len() == before_out {
                        return Err(corrupt(Some("no progress")));
                    }
                }
                State::After(trailing) => {
                    let is_padding = input.iter().all(|&byte| byte == 0);
                    *trailing = match trailing {
                        Trailing::Nothing | Trailing::Zeros if is_padding => Trailing::Zeros,
                        _ => Trailing::Garbage,
                    };
                    input.clear();
                }
            }
        }
        Ok(())
    }

    /// Says that the input has ended.
    ///
    /// # Errors
    ///
    /// [`Error::Truncated`] if that was inside a member, or before the first one.
    pub fn finish(&self) -> Result<(), Error> {
        match self.state {
            State::Inside(_) => Err(Error::Truncated),
            State::MemberHeader { .. } if self.members == 0 => Err(Error::Truncated),
            State::MemberHeader { .. } | State::After(_) => Ok(()),
        }
    }
}

/// A new state for each member: resetting one made for gzip costs the same.
fn start_member(out: &mut Vec<u8>) -> Result<Decompress, Error> {
    const LARGEST_WINDOW_BITS: u8 = 15;
    let mut member = Decompress::new_gzip(LARGEST_WINDOW_BITS);
    member
        .decompress_vec(&GZIP_MAGIC, out, FlushDecompress::None)
        .map_err(|error| corrupt(error.message()))?;
    Ok(member)
}

fn corrupt(reason: Option<&str>) -> Error {
    // zlib-rs 0.6 says this instead of what it met where it has much input and much room: a code or a distance.
    let reason = reason.filter(|&reason| reason != "repeated call with bad state");
    Error::Corrupt {
        reason: reason.unwrap_or("invalid code or distance").to_owned(),
    }
}
