//! What stands around the compressed blocks: header, final block, check values (RFC 1950, RFC 1952).

use std::collections::VecDeque;

use adler2::Adler32;
use bytes::{BufMut, Bytes, BytesMut};
use flate2::Crc;

use super::compress::Deflated;
use super::header::gzip_header;
use crate::{CompressOptions, Error, Format, Transform};

/// A deflate block of type 1 that is the last one and holds nothing. Ending with it means that no
/// real block needs to know that it is the last.
const FINAL_BLOCK: [u8; 2] = [0x03, 0x00];

/// The check value of a block, ready to be joined to that of the blocks before.
pub(super) enum Check {
    Crc(Crc),
    /// `adler2` cannot join sums: the bytes are summed when their turn comes.
    Adler(Bytes),
    None,
}

impl Check {
    pub(super) fn of(format: Format, bytes: Bytes) -> Self {
        match format {
            Format::Gzip => {
                let mut crc = Crc::new();
                crc.update(&bytes);
                Self::Crc(crc)
            }
            Format::Zlib => Self::Adler(bytes),
            _ => Self::None,
        }
    }
}

/// Puts the header before the first block and the trailer after the last.
pub(super) struct Framer {
    format: Format,
    header: Option<Bytes>,
    crc: Crc,
    adler: Adler32,
}

impl Framer {
    pub(super) fn new(format: Format, options: &CompressOptions) -> Self {
        let header = match format {
            Format::Gzip => gzip_header(options),
            Format::Zlib => Bytes::from_static(&[0x78, 0x9c]),
            _ => Bytes::new(),
        };
        Self {
            format,
            header: Some(header),
            crc: Crc::new(),
            adler: Adler32::new(),
        }
    }
}

impl Transform for Framer {
    type Input = Deflated;
    type Output = Bytes;
    type Error = Error;

    async fn transform(&mut self, block: Deflated, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        match block.check {
            Check::Crc(crc) => self.crc.combine(&crc),
            Check::Adler(bytes) => self.adler.write_slice(&bytes),
            Check::None => {}
        }
        out.extend(self.header.take().filter(|header| !header.is_empty()));
        out.push_back(block.bytes);
        Ok(())
    }

    async fn flush(&mut self, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        let mut end = BytesMut::from(self.header.take().unwrap_or_default());
        end.extend_from_slice(&FINAL_BLOCK);
        match self.format {
            Format::Gzip => {
                end.put_u32_le(self.crc.sum());
                // Modulo 2^32, as RFC 1952 wants it.
                end.put_u32_le(self.crc.amount());
            }
            Format::Zlib => end.put_u32(self.adler.checksum()),
            _ => {}
        }
        out.push_back(end.freeze());
        Ok(())
    }
}
