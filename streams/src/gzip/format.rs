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

/// A stream of bytes that can be sent between threads; what [`compress`] and [`decompress`] return.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// How data is wrapped.
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

    /// The format's usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zlib => "zlib",
            Self::Raw => "deflate",
            #[cfg(feature = "brotli")]
            Self::Brotli => "brotli",
            #[cfg(feature = "zstd")]
            Self::Zstd => "zstd",
        }
    }

    /// What compressed files end with, without the dot.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Gzip => "gz",
            Self::Zlib => "zz",
            Self::Raw => "deflate",
            #[cfg(feature = "brotli")]
            Self::Brotli => "br",
            #[cfg(feature = "zstd")]
            Self::Zstd => "zst",
        }
    }

    /// The format that a file's name speaks of, and the name it has without it: `a.tgz` is `a.tar`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::path::Path;
    /// use streams::Format;
    ///
    /// assert_eq!(Format::of_path(Path::new("notes.txt.gz")), Some((Format::Gzip, "notes.txt".into())));
    /// assert_eq!(Format::of_path(Path::new("notes.txt")), None);
    /// ```
    pub fn of_path(path: &Path) -> Option<(Self, PathBuf)> {
        let suffix = path.extension()?.to_str()?;
        if suffix == "tgz" {
            return Some((Self::Gzip, path.with_extension("tar")));
        }
        let format = Self::ALL.iter().find(|format| format.suffix() == suffix)?;
        Some((*format, path.with_extension("")))
    }
}

/// The settings of a decompressor.
#[derive(Debug, Clone, Copy, Default)]
pub struct DecompressOptions {
    /// The most bytes that may come out, all members together; a guard against bombs.
    pub max_output: Option<u64>,
}
