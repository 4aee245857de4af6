//! Out-of-range access is an error with a code and a fixed message.
//!
//! Twin: `golden/05-range-errors.mjs`. Node throws; here the compiler makes you look. What the types
//! exclude (a negative offset, 300 in a byte) cannot even be asked.

use std::io::Write;

use buffers::Endian::{Big, Little};
use buffers::{Encoding, Error, transcode};

/// Prints the answer of calls that are out of range, and of two that are not.
pub fn range_errors(out: &mut dyn Write) -> anyhow::Result<()> {
    let mut bytes = [0; 6];
    let b = &mut bytes[..];
    refused(out, "readUInt8(6)", buffers::read::<u8>(b, 6, Little))?;
    refused(out, "readUInt32BE(3)", buffers::read::<u32>(b, 3, Big))?;
    refused(out, "readBigInt64LE(0)", buffers::read::<i64>(b, 0, Little))?;
    refused(out, "readUIntBE(0,7)", buffers::read_uint(b, 0, 7, Big))?;
    refused(out, "readIntLE(2,6)", buffers::read_int(b, 2, 6, Little))?;
    refused(
        out,
        "writeUIntLE(2**24,0,3)",
        buffers::write_uint(b, 1 << 24, 0, 3, Little),
    )?;
    refused(
        out,
        "writeIntBE(2**47,0,6)",
        buffers::write_int(b, 1 << 47, 0, 6, Big),
    )?;
    refused(
        out,
        "writeUInt32LE(1,4)",
        buffers::write(b, 1_u32, 4, Little),
    )?;
    refused(
        out,
        "write past end",
        buffers::write_text(b, "abc", 7, None, Encoding::Utf8),
    )?;
    refused(out, "write unknown encoding", "ebcdic".parse::<Encoding>())?;
    refused(out, "fill end", buffers::fill(b, 1, 0..7))?;
    refused(
        out,
        "fill empty hex",
        buffers::fill(b, ("q", Encoding::Hex), ..),
    )?;
    refused(
        out,
        "copy sourceStart",
        buffers::copy(b, 7..9, &mut [0; 2], 0),
    )?;
    refused(
        out,
        "compare targetEnd",
        buffers::compare(b, 0..6, &[0; 2], 0..3),
    )?;
    refused(out, "swap32", buffers::swap32(b))?;
    refused(out, "from unknown encoding", "ebcdic".parse::<Encoding>())?;
    refused(
        out,
        "transcode hex",
        transcode(b, Encoding::Hex, Encoding::Utf8),
    )?;
    refused(
        out,
        "transcode bad utf8",
        transcode(&[0xff], Encoding::Utf8, Encoding::Utf16le),
    )?;

    let clamped = Encoding::Hex.to_text(&b[buffers::range(b.len(), 0, 99)])?;
    writeln!(out, "toString clamps -> {clamped:?}")?;
    writeln!(
        out,
        "subarray clamps -> {}",
        b[buffers::range(b.len(), -99, 99)].len()
    )?;
    Ok(())
}

fn refused<T>(out: &mut dyn Write, label: &str, result: Result<T, Error>) -> anyhow::Result<()> {
    match result {
        Ok(_) => writeln!(out, "{label} -> allowed")?,
        Err(error) => writeln!(
            out,
            "{label} -> {} {} | {error}",
            error.name(),
            error.code()
        )?,
    }
    Ok(())
}
