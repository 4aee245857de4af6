//! Copying a file without the bytes passing through this program: `fs.copyFile`, `cp`.
//!
//! `copy_file_range` lets the kernel (or the file system, by sharing blocks) do it, in steps that leave
//! room for progress and cancellation. Where it cannot, a plain loop takes over. Holes stay holes on Linux.

use std::fs::File;
use std::io::{Read, Write};

use super::sys::{copy_in_kernel, skip_hole};
use crate::Error;

/// A step is some milliseconds of work: often enough to look up, seldom enough not to count.
const STEP_BYTES: usize = 16 * 1024 * 1024;
const BUFFER_BYTES: usize = 256 * 1024;

/// Copies the rest of `from` to `to` and returns the number of bytes; `progress` gets those of each step.
///
/// # Errors
///
/// [`Error::Io`] if reading fails, [`Error::Write`] if writing does.
///
/// # Cancel safety
///
/// Dropping the future stops the copying after the step under way.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), streams::Error> {
/// use std::fs::File;
///
/// let dir = tempfile::tempdir()?;
/// let (from, to) = (File::open("Cargo.toml")?, File::create(dir.path().join("copy"))?);
///
/// let mut seen = 0;
/// let bytes = streams::copy_file(from, to, |step| seen += step).await?;
///
/// assert_eq!(bytes, seen);
/// # Ok(()) }
/// ```
pub async fn copy_file(from: File, to: File, mut progress: impl FnMut(u64)) -> Result<u64, Error> {
    let (mut from, mut to, mut copied) = (from, to, 0);
    loop {
        let step;
        (from, to, step) = tokio::task::spawn_blocking(move || {
            let step = copy_step(&from, &to);
            (from, to, step)
        })
        .await?;
        match step? {
            0 => return Ok(copied),
            bytes => {
                copied += bytes;
                progress(bytes);
            }
        }
    }
}

fn copy_step(mut from: &File, mut to: &File) -> Result<u64, Error> {
    let skipped = skip_hole(from, to)?;
    if skipped > 0 {
        return Ok(skipped);
    }
    if let Some(bytes) = copy_in_kernel(from, to, STEP_BYTES).map_err(Error::Write)? {
        return Ok(bytes as u64);
    }
    // Says what is wrong if the kernel did not, and reads nothing at the real end.
    let mut buffer = vec![0; BUFFER_BYTES];
    let bytes = from.read(&mut buffer)?;
    to.write_all(&buffer[..bytes]).map_err(Error::Write)?;
    Ok(bytes as u64)
}
