//! The header before the data of a gzip file: RFC 1952, section 2.3.

use bytes::{BufMut, Bytes, BytesMut};

use crate::CompressOptions;

/// Returns the header of a member compressed with `options`.
pub(super) fn gzip_header(options: &CompressOptions) -> Bytes {
    const NAME_FOLLOWS: u8 = 1 << 3;
    const UNIX: u8 = 3;
    // A NUL ends the stored name, so one inside cannot be kept.
    let is_kept = |name: &&[u8]| !name.is_empty() && !name.contains(&0);
    let name = options.name.as_deref().filter(is_kept);
    let effort = match options.level {
        9.. => 2,
        0 | 1 => 4,
        _ => 0,
    };

    let mut header = BytesMut::new();
    header.put_slice(&[0x1f, 0x8b, 8, if name.is_some() { NAME_FOLLOWS } else { 0 }]);
    header.put_u32_le(options.mtime);
    header.put_slice(&[effort, UNIX]);
    if let Some(name) = name {
        header.put_slice(name);
        header.put_u8(0);
    }
    header.freeze()
}
