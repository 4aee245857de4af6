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

/// The check value at the end, of all bytes before compression.
enum CheckValue {
    Crc(Crc),
    Adler(Adler32),
    None,
}

/// Puts the header before the first block and the trailer after the last.
pub(super) struct Framer {
    header: Option<Bytes>,
    check: CheckValue,
}

impl Framer {
    pub(super) fn new(format: Format, options: &CompressOptions) -> Self {
        let (header, check) = match format {
            Format::Gzip => (gzip_header(options), CheckValue::Crc(Crc::new())),
            Format::Zlib => {
                let header = Bytes::from_static(&[0x78, 0x9c]);
                (header, CheckValue::Adler(Adler32::new()))
            }
            _ => (Bytes::new(), CheckValue::None),
        };
        Self {
            header: Some(header),
            check,
        }
    }
}

impl Transform for Framer {
    type Input = Deflated;
    type Output = Bytes;
    type Error = Error;

    async fn transform(&mut self, block: Deflated, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        match &mut self.check {
            CheckValue::Crc(crc) => crc.update(&block.plain),
            CheckValue::Adler(adler) => adler.write_slice(&block.plain),
            CheckValue::None => {}
        }
        out.extend(self.header.take().filter(|header| !header.is_empty()));
        out.push_back(block.bytes);
        Ok(())
    }

    async fn flush(&mut self, out: &mut VecDeque<Bytes>) -> Result<(), Error> {
        let mut end = BytesMut::from(self.header.take().unwrap_or_default());
        end.extend_from_slice(&FINAL_BLOCK);
        match &self.check {
            CheckValue::Crc(crc) => {
                end.put_u32_le(crc.sum());
                // Modulo 2^32, as RFC 1952 wants it.
                end.put_u32_le(crc.amount());
            }
            CheckValue::Adler(adler) => end.put_u32(adler.checksum()),
            CheckValue::None => {}
        }
        out.push_back(end.freeze());
        Ok(())
    }
}
