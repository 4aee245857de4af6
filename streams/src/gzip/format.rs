//! The compressed formats: `createGzip`, `createDeflate`, `createDeflateRaw`, `createBrotliCompress`, `createZstdCompress`.
//!
//! gzip, zlib and raw deflate are one method in three wrappers and go through the code of this crate,
//! on all cores. brotli and zstd (cargo features, off by default) go through `async-compression`.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::pin::Pin;

use bytes::Bytes;
use futures::stream::Stream;

use crate::Error;

/// A stream of bytes that can be sent between threads; what [`compress`](crate::compress) and [`decompress`](crate::decompress) return.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// A format: how compressed data is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// RFC 1952, `.gz`: CRC-32 and length at the end; several members may follow one another.
    #[default]
    Gzip,
    /// RFC 1950, `.zz`: two bytes before, Adler-32 after. Node's "deflate".
    Zlib,
    /// RFC 1951, `.deflate`: nothing around it, so damage may go unseen.
    Raw,
    /// RFC 7932, `.br`.
    #[cfg(feature = "brotli")]
    Brotli,
    /// RFC 8878, `.zst`.
    #[cfg(feature = "zstd")]
    Zstd,
}

/// The settings of a compressor.
#[derive(Debug, Clone)]
pub struct CompressOptions {
    /// Effort from 0 (none) to 9 (most). 6 is gzip's and Node's; 1 is much faster and larger than gzip's own 1.
    pub level: u32,
    /// How many blocks are compressed at once, 256 at most. The output does not depend on it.
    pub threads: NonZeroUsize,
    /// The file's name, stored in a gzip header without its folders.
    pub name: Option<Vec<u8>>,
    /// Seconds since 1970, stored in a gzip header; 0 says nothing.
    pub mtime: u32,
}

/// Level 6, every core that this process may use, nothing stored: the defaults of Node's `createGzip()`, but for the cores.
impl Default for CompressOptions {
    fn default() -> Self {
        let threads = NonZeroUsize::new(num_cpus::get()).unwrap_or(NonZeroUsize::MIN);
        Self {
            level: 6,
            threads,
            name: None,
            mtime: 0,
        }
    }
}

impl Format {
    /// Every format that was compiled in.
    pub const ALL: &[Self] = &[
        Self::Gzip,
        Self::Zlib,
        Self::Raw,
        #[cfg(feature = "brotli")]
        Self::Brotli,
        #[cfg(feature = "zstd")]
        Self::Zstd,
    ];

    /// Returns the format's usual name.
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// Returns the suffix of compressed files, without the dot.
    pub fn suffix(self) -> &'static str {
        self.names().1
    }

    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Gzip => ("gzip", "gz"),
            Self::Zlib => ("zlib", "zz"),
            Self::Raw => ("deflate", "deflate"),
            #[cfg(feature = "brotli")]
            Self::Brotli => ("brotli", "br"),
            #[cfg(feature = "zstd")]
            Self::Zstd => ("zstd", "zst"),
        }
    }

    /// Returns the format that a file's name ends with, and the name without it: `a.tgz` is `a.tar`.
    ///
    /// Capitals do not matter, and gzip's other suffixes count: `.z`, `-gz`, `-z`, `_z`, `.taz`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::path::Path;
    /// use streams::Format;
    ///
    /// assert_eq!(Format::of_path(Path::new("notes.txt.GZ")), Some((Format::Gzip, "notes.txt".into())));
    /// assert_eq!(Format::of_path(Path::new("notes.txt")), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<(Self, PathBuf)> {
        let name = path.file_name()?.to_string_lossy().to_ascii_lowercase();
        if let Some(end) = ["-gz", "-z", "_z"].iter().find(|end| name.ends_with(**end)) {
            let path = path.to_str()?;
            return Some((Self::Gzip, path[..path.len() - end.len()].into()));
        }
        match &*path.extension()?.to_str()?.to_ascii_lowercase() {
            "tgz" | "taz" => Some((Self::Gzip, path.with_extension("tar"))),
            "z" => Some((Self::Gzip, path.with_extension(""))),
            suffix => {
                let format = Self::ALL.iter().find(|format| format.suffix() == suffix)?;
                Some((*format, path.with_extension("")))
            }
        }
    }

    /// Returns the format that data begins with, as Node's `createUnzip` finds it out. Raw deflate has no sign.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(streams::Format::detect(&[0x1f, 0x8b, 8]), Some(streams::Format::Gzip));
    /// assert_eq!(streams::Format::detect(b"text"), None);
    /// ```
    pub fn detect(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // A method and a window size that exist, and the two bytes are divisible by 31.
            &[
                cmf @ (0x08 | 0x18 | 0x28 | 0x38 | 0x48 | 0x58 | 0x68 | 0x78),
                flags,
                ..,
            ] if u16::from_be_bytes([cmf, flags]).is_multiple_of(31) => Some(Self::Zlib),
            #[cfg(feature = "zstd")]
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// The settings of a decompressor.
#[derive(Debug, Clone, Copy, Default)]
pub struct DecompressOptions {
    /// The most bytes that may come out, all members together; a guard against bombs.
    pub max_output: Option<u64>,
}
