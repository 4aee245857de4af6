//! Copying a file without the bytes passing through this program: `fs.copyFile`, `cp`.
//!
//! On Linux [`std::io::copy`] lets the kernel do it (or the file system, by sharing blocks), and takes a plain
//! loop where it cannot. Steps leave room for progress and cancellation. Holes stay holes on Linux.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::sys;
use crate::Error;

/// A step is some milliseconds of work: often enough to look up, seldom enough not to count.
const STEP_BYTES: u64 = 16 * 1024 * 1024;

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
    // Where the next hole is costs a look at all pages before it: each is looked for once.
    let (mut from, mut to, mut data, mut copied) = (from, to, 0, 0);
    loop {
        let step;
        (from, to, data, step) = tokio::task::spawn_blocking(move || {
            let step = copy_step(&from, &to, &mut data);
            (from, to, data, step)
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

/// Copies a step, or skips a hole; `data` is how many bytes there are up to the next hole, 0 if that is not known.
fn copy_step(mut from: &File, to: &File, data: &mut u64) -> Result<u64, Error> {
    if *data == 0 {
        let (hole, after) = sys::hole_and_data(from)?;
        // The zeros of a hole that is not kept are copied.
        *data = if hole > 0 { hole } else { after };
        if hole > 0 && extend(to, hole).map_err(Error::Write)? {
            from.seek(SeekFrom::Current(hole.cast_signed()))?;
            *data = after;
            return Ok(hole);
        }
    }
    let copied = io::copy(&mut from.take((*data).min(STEP_BYTES)), &mut { to });
    *data -= copied.as_ref().unwrap_or(&0);
    // One call reads and writes: what can still be read was not what failed. A pipe, which never fails, is not
    // asked, since it would wait for data.
    let can_seek = from.stream_position().is_ok();
    copied.map_err(|error| match can_seek && from.read(&mut [0]).is_err() {
        true => Error::Io(error),
        false => Error::Write(error),
    })
}

/// Appends a hole, and returns whether that was possible: only at the end of a file, since what stood in its place would stay.
fn extend(mut file: &File, bytes: u64) -> io::Result<bool> {
    let metadata = file.metadata()?;
    if !metadata.is_file() || file.stream_position()? < metadata.len() {
        return Ok(false);
    }
    file.set_len(file.stream_position()? + bytes)?;
    file.seek(SeekFrom::End(0))?;
    Ok(true)
}
