//! The files of a command: which they are, opening them to read, and writing outputs that appear whole.

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, ensure};
use bytes::{Bytes, BytesMut};
use futures::stream::{self, StreamExt, TryStreamExt};
use futures::{SinkExt, sink};
use streams::{AtomicFile, ByteSink, ByteStream, Error, FileSource, Format, pipeline};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::args::FileArgs;
use super::message::{Failure, Outcome, report, report_result};
use super::sys;

/// Reads are large, so that the hop to another thread does not count.
const CHUNK_BYTES: usize = 128 * 1024;

/// Does `one` for each file, going on after a failure, and returns the worst outcome.
///
/// In folders, only files with a known suffix are taken if `packed`, and only those without it otherwise.
pub async fn each(
    args: &FileArgs,
    packed: bool,
    mut one: impl AsyncFnMut(&Path) -> Result<Outcome, Failure>,
) -> Outcome {
    if let Err(error) = check(args) {
        return report(None, &error);
    }
    let mut files = Vec::new();
    let mut worst = Outcome::Done;
    for path in &args.files {
        if args.recursive && path.is_dir() {
            let walked = walk(path, &mut |file| {
                if stripped(&file, args).is_some() == packed {
                    files.push(file);
                }
            });
            worst = worst.max(report_result(
                path,
                walked.map(|()| Outcome::Done).map_err(Failure::from),
            ));
        } else {
            files.push(path.clone());
        }
    }
    if args.files.is_empty() {
        files.push("-".into());
    }
    for path in &files {
        let done = one(path).await;
        worst = worst.max(report_result(path, done));
    }
    worst
}

fn check(args: &FileArgs) -> anyhow::Result<()> {
    ensure!(
        !args.name,
        "-N is not taken: a stored name never says where the output goes; `list` shows it"
    );
    ensure!(
        !args.rsyncable,
        "--rsyncable is not taken: blocks are cut at fixed places, on all cores"
    );
    ensure!(
        args.output.is_none() || args.files.len() <= 1,
        "-o takes one input"
    );
    Ok(())
}

/// Finds the files in `folder` and in the folders in it, in order. Symbolic links are left alone, as gzip does.
fn walk(folder: &Path, found: &mut impl FnMut(PathBuf)) -> Result<(), Error> {
    let mut entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), found)?;
        } else if kind.is_file() {
            found(entry.path());
        }
    }
    Ok(())
}

/// Returns the format that the suffix names and the path without it; `-S` is a suffix of gzip, or of `--format`.
pub fn stripped(path: &Path, args: &FileArgs) -> Option<(Format, PathBuf)> {
    let given = args.suffix.as_deref().and_then(|suffix| {
        let name = path.to_str()?.strip_suffix(suffix)?;
        Some((args.format.unwrap_or_default(), name.into()))
    });
    given.or_else(|| Format::of_path(path))
}

/// Returns the format that was asked for, or the one in the file's name, or gzip.
pub fn format_of(path: &Path, args: &FileArgs) -> Format {
    let named = || stripped(path, args).map(|(format, _)| format);
    args.format.or_else(named).unwrap_or_default()
}

/// A file that is read.
pub struct Input {
    /// As it was given; `-` for stdin.
    pub path: PathBuf,
    pub metadata: Metadata,
    file: File,
}

impl Input {
    /// Opens the file at `path`, or takes stdin for `-`.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let file = match is_dash(path) {
            true => sys::stdin()?,
            // Opening a named pipe waits for its writer.
            false => tokio::fs::File::open(path).await?.into_std().await,
        };
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::from(io::ErrorKind::IsADirectory).into());
        }
        Ok(Self {
            path: path.to_owned(),
            metadata,
            file,
        })
    }

    pub fn is_stdin(&self) -> bool {
        is_dash(&self.path)
    }

    /// Returns the size, where it is known beforehand.
    pub fn size(&self) -> Option<u64> {
        self.metadata.is_file().then_some(self.metadata.len())
    }

    /// Returns a handle to read with; all handles share one position.
    pub fn handle(&self) -> Result<File, Error> {
        Ok(self.file.try_clone()?)
    }

    /// Returns the contents, each chunk counted by `seen` as it goes by.
    pub fn chunks(&self, mut seen: impl FnMut(u64) + Send + 'static) -> Result<ByteStream, Error> {
        let chunk_bytes = CHUNK_BYTES.try_into().expect("not zero");
        let chunks = FileSource::from(self.handle()?)
            .chunk_bytes(chunk_bytes)
            .chunks();
        Ok(Box::pin(
            chunks.inspect_ok(move |chunk| seen(chunk.len() as u64)),
        ))
    }

    /// Returns whether the file is another one than when it was opened: what was read may be of both.
    pub fn has_changed(&self) -> Result<bool, Error> {
        let now = self.file.metadata()?;
        let changed = now.len() != self.metadata.len()
            || now.modified().ok() != self.metadata.modified().ok();
        Ok(changed && self.metadata.is_file())
    }
}

/// Takes at least `bytes` from the start of `source`, if it has as many, and puts them back at its front.
pub async fn peek(mut source: ByteStream, bytes: usize) -> Result<(Bytes, ByteStream), Error> {
    let mut start = BytesMut::new();
    while start.len() < bytes
        && let Some(chunk) = source.try_next().await?
    {
        start.extend_from_slice(&chunk);
    }
    let start = start.freeze();
    let front = stream::iter([Ok(start.clone())]);
    Ok((start, Box::pin(front.chain(source))))
}

/// A file that is written.
pub enum Output {
    Stdout(File),
    File { file: AtomicFile, path: PathBuf },
}

impl Output {
    pub fn stdout() -> Result<Self, Error> {
        Ok(Self::Stdout(sys::stdout().map_err(Error::Write)?))
    }

    /// Starts a file at `path`, with the attributes of the input if that is a file too: a pipe's are not
    /// those of the data that comes through it.
    pub async fn file(path: &Path, overwrite: bool, input: &Input) -> Result<Self, Error> {
        let like = Some(input.metadata.clone()).filter(Metadata::is_file);
        let path = path.to_owned();
        // Opening a named pipe waits for its reader. A temporary file is made in this thread: between
        // its making and the value that removes it again, no signal can end the program.
        let file = if std::fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            let path = path.clone();
            tokio::task::spawn_blocking(move || AtomicFile::create(&path, overwrite, like.as_ref()))
                .await?
        } else {
            AtomicFile::create(&path, overwrite, like.as_ref())
        };
        Ok(Self::File { file: file?, path })
    }

    /// Returns what messages call it.
    pub fn path(&self) -> &Path {
        match self {
            Self::Stdout(_) => Path::new("stdout"),
            Self::File { path, .. } => path,
        }
    }

    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout(file) if file.is_terminal())
    }

    pub fn handle(&self) -> Result<File, Error> {
        match self {
            Self::Stdout(file) => file.try_clone().map_err(Error::Write),
            Self::File { file, .. } => file.handle(),
        }
    }

    /// Writes all of `source`. In a file, zeros become holes where a whole chunk is nothing else.
    pub async fn write(&self, source: ByteStream) -> Result<(), Error> {
        let handle = self.handle()?;
        let is_file = matches!(self, Self::File { .. }) && handle.metadata()?.is_file();
        let mut file = tokio::fs::File::from_std(handle);
        if !is_file {
            return pipeline(source, ByteSink::new(file)).await;
        }
        let sink = sink::unfold(&mut file, async |file, chunk: Bytes| {
            if chunk.iter().all(|&byte| byte == 0) {
                file.seek(SeekFrom::Current(chunk.len() as i64)).await?;
            } else {
                file.write_all(&chunk).await?;
            }
            Ok(file)
        });
        pipeline(source, Box::pin(sink).sink_map_err(Error::Write)).await?;
        // A hole at the end is nothing until the file is as long as that.
        let lengthened = async {
            file.flush().await?;
            let end = file.stream_position().await?;
            file.set_len(end).await
        };
        lengthened.await.map_err(Error::Write)
    }

    /// Lets the file appear; if its source is to be removed, when it is on the disk.
    pub async fn commit(self, durably: bool) -> Result<(), Error> {
        let handle = self.handle()?;
        match self {
            Self::Stdout(_) => Ok(()),
            Self::File { file, .. } if durably => {
                // Most of the waiting is here, where a signal can end it.
                tokio::fs::File::from_std(handle)
                    .sync_all()
                    .await
                    .map_err(Error::Write)?;
                file.commit_durably()
            }
            Self::File { file, .. } => file.commit(),
        }
    }
}

/// Returns the input of a command, not to be mistaken for its own output, and the output.
pub async fn open(
    path: &Path,
    args: &FileArgs,
    default_target: impl FnOnce() -> anyhow::Result<PathBuf>,
) -> Result<(Input, Output), Failure> {
    let input = Input::open(path).await?;
    let removes = args.rm && !input.is_stdin();
    if removes && std::fs::symlink_metadata(path)?.is_symlink() {
        return Err(
            anyhow!("is a symbolic link; only the data itself is removed: -k keeps it").into(),
        );
    }
    if removes && !input.metadata.is_file() {
        return Err(anyhow!("is not a regular file; only those are removed: -k keeps it").into());
    }
    let target = match &args.output {
        Some(path) if !is_dash(path) => Some(path.clone()),
        None if !args.stdout && !input.is_stdin() => Some(default_target()?),
        _ => None,
    };
    let there = target
        .as_ref()
        .and_then(|path| std::fs::metadata(path).ok());
    if there
        .as_ref()
        .is_some_and(|there| sys::is_same_file(there, &input.metadata))
    {
        return Err(anyhow!("input and output are the same file").into());
    }
    if removes && (target.is_none() || there.is_some_and(|there| !there.is_file())) {
        return Err(anyhow!("--rm needs an output file that keeps the data").into());
    }
    let output = match &target {
        Some(path) => Output::file(path, args.force, &input)
            .await
            .map_err(|error| Failure::of(path, error))?,
        None => Output::stdout()?,
    };
    Ok((input, output))
}

pub fn is_dash(path: &Path) -> bool {
    path == Path::new("-")
}
