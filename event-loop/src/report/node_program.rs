//! Runs a program under Node, which first loads a script that tells what happens: `preload.cjs`, by way of `async_hooks`.
//!
//! Node 22, 24 and 26 are those that this crate follows; any other is treated as absent.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tokio::process::{Child, Command};

use super::node_notes::read;
use super::sys;
use crate::callback::BoxError;
use crate::error::Error;
use crate::trace::Trace;

const PRELOAD: &str = include_str!("preload.cjs");

/// A program to be run under Node.
#[derive(Clone, Debug)]
pub struct NodeProgram {
    node: PathBuf,
    program: PathBuf,
    args: Vec<OsString>,
}

impl NodeProgram {
    /// A program, an ES module or a `CommonJS` script, for the Node of this path.
    #[must_use]
    pub fn new(node: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self {
            node: node.into(),
            program: program.into(),
            args: Vec::new(),
        }
    }

    /// Sets its arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }

    /// Runs it to its end, or until `stop` ends it and says why: "ended after 5s"; `std::future::pending()` never does. What it has done until
    /// then is recorded. Its stdin, stdout and stderr are ours.
    ///
    /// # Errors
    ///
    /// [`Error::Node`] if Node cannot be started, is not 22, 24 or 26, or records nothing. A program that fails
    /// has been recorded all the same.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future kills Node and what it has started, and removes what was kept for it.
    pub async fn record(&self, stop: impl Future<Output = String>) -> Result<Trace, Error> {
        self.run(stop).await.map_err(|cause| Error::Node {
            node: self.node.clone(),
            program: self.program.clone(),
            cause: cause.into(),
        })
    }

    async fn run(&self, stop: impl Future<Output = String>) -> Result<Trace, BoxError> {
        let program = fs::canonicalize(&self.program)?;
        let folder = tempfile::tempdir()?;
        let notes = folder.path().join("notes");
        let mut node = Group(self.start(&program, folder.path(), &notes)?);
        let end = tokio::select! {
            status = node.0.wait() => match status?.code() {
                Some(0) => String::new(),
                Some(code) => format!(", exit code {code}"),
                None => ", ended by a signal".to_owned(),
            },
            end = stop => {
                sys::kill_group(&node.0);
                node.0.kill().await?;
                format!(", {end}")
            }
        };
        let notes = fs::read_to_string(&notes)?;
        let file = program.file_name().unwrap_or_default();
        read(&notes, &file.to_string_lossy(), &end)
    }

    fn start(&self, program: &Path, folder: &Path, notes: &Path) -> io::Result<Child> {
        let preload = folder.join("preload.cjs");
        fs::write(&preload, PRELOAD)?;
        fs::write(notes, "")?;
        let mut command = Command::new(&self.node);
        command.arg("--require").arg(&preload);
        command.arg(program).args(&self.args);
        command.env("EVENT_LOOP_PROGRAM", program);
        command.env("EVENT_LOOP_NOTES", notes);
        sys::own_session(&mut command);
        command.kill_on_drop(true).spawn()
    }
}

/// Node, and on Unix what it has started, which would keep our stdout and stderr open.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        // Nothing, if Node has ended by itself: then what it has left is meant to stay.
        sys::kill_group(&self.0);
    }
}
