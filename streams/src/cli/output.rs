//! What is written: stdout, or a file that appears whole.

use std::fs::File;
use std::io::{IsTerminal, SeekFrom};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures::{SinkExt, sink};
use streams::{AtomicFile, ByteSink, ByteStream, Error, pipeline};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};

use super::input::{Input, is_dash};
use super::message::InOutput;
use super::sys;

/// A file that is written.
pub struct Output {
    /// What messages call it.
    pub path: PathBuf,
    pub file: File,
    /// Absent if this is stdout.
    atomic: Option<AtomicFile>,
}

impl Output {
    /// Takes stdout for `-`, or starts a file with the attributes of the input if that is a file too: a pipe's
    /// are not those of the data that comes through it.
    pub async fn open(path: &Path, overwrite: bool, input: &Input) -> anyhow::Result<Self> {
        let opened = async {
            if is_dash(path) {
                let file = sys::duplicate(&std::io::stdout()).map_err(Error::Write)?;
                return Ok((file, None));
            }
            let is_special = std::fs::metadata(path).is_ok_and(|there| !there.is_file());
            let like = input.metadata.clone();
            let path = path.to_owned();
            let create = move || AtomicFile::create(path, overwrite, like.as_ref());
            // Opening a named pipe waits for its reader. A temporary file is made in this thread: between
            // its making and the value that removes it again, no signal can end the program.
            let atomic = match is_special {
                true => tokio::task::spawn_blocking(create).await?,
                false => create(),
            }?;
            Ok((atomic.handle()?, Some(atomic)))
        };
        let opened = opened.await;
        let path = Some(path)
            .filter(|path| !is_dash(path))
            .unwrap_or("stdout".as_ref());
        let (file, atomic) = opened.map_err(|error| in_output(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            atomic,
        })
    }

    pub fn is_stdout(&self) -> bool {
        self.atomic.is_none()
    }

    pub fn is_terminal(&self) -> bool {
        self.is_stdout() && self.file.is_terminal()
    }

    /// Returns a handle to write with; all handles share one position.
    pub fn handle(&self) -> Result<File, Error> {
        self.file.try_clone().map_err(Error::Write)
    }

    /// Writes all of `source`. In a file, zeros become holes where a whole chunk is nothing else.
    pub async fn write(&self, source: ByteStream) -> Result<(), Error> {
        let handle = self.handle()?;
        let is_file = !self.is_stdout() && handle.metadata()?.is_file();
        let mut file = tokio::fs::File::from_std(handle);
        if !is_file {
            let mut sink = ByteSink::new(file);
            let piped = pipeline(source, &mut sink).await;
            // What came before an error is written, as gzip does.
            return piped.and(sink.flush().await);
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

    /// Lets the file appear once all is written; if its source is to be removed, when it is on the disk.
    pub async fn commit(self, written: Result<(), Error>, durably: bool) -> anyhow::Result<()> {
        let committed = async {
            written?;
            match self.atomic {
                None => Ok(()),
                Some(file) if durably => {
                    // Most of the waiting is here, where a signal can end it.
                    let synced = tokio::fs::File::from_std(self.file).sync_all().await;
                    synced.map_err(Error::Write)?;
                    file.commit_durably()
                }
                Some(file) => file.commit(),
            }
        };
        let committed = committed.await;
        committed.map_err(|error| match error {
            Error::Write(_) | Error::Exists => in_output(&self.path, error),
            _ => error.into(),
        })
    }
}

pub fn in_output(path: &Path, error: Error) -> anyhow::Error {
    anyhow::Error::from(error).context(InOutput(path.to_owned()))
}
