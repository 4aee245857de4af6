//! A folder for one test, in which the tool is run.

use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::running::{Ran, Running};

pub const TEXT: &[u8] = b"some text, some more text, and some more of the same text\n";

/// Removed with all that is in it when the test ends.
pub struct Folder(TempDir);

/// What the system says of a file that is not there.
pub fn not_found() -> String {
    let error = fs::read("no-such-file").unwrap_err().to_string();
    error.split(" (os error").next().unwrap().to_owned()
}

impl Folder {
    /// With nothing in it.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With one file in it.
    pub fn with(name: impl AsRef<OsStr>, bytes: impl AsRef<[u8]>) -> Self {
        Self::empty().and(name, bytes)
    }

    /// With one more file in it.
    pub fn and(self, name: impl AsRef<OsStr>, bytes: impl AsRef<[u8]>) -> Self {
        fs::write(self.path(name), bytes).unwrap();
        self
    }

    pub fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.0.path().join(name.as_ref())
    }

    /// Copies the program into the folder, since others may not enter the one it was built in. `cp` does it: a child of another test would
    /// inherit our open file, and a file that is open for writing cannot be started.
    pub fn copied_binary(&self) -> PathBuf {
        let copy = self.path("streams");
        let mut cp = Command::new("cp");
        let status = cp.arg(env!("CARGO_BIN_EXE_streams")).arg(&copy).status();
        assert!(status.unwrap().success());
        copy
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }

    /// Everything that is there, hidden or not, in order.
    pub fn names(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = files
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// `streams` in this folder, without arguments and with an empty stdin.
    pub fn command(&self) -> Command {
        self.other_command(Command::new(env!("CARGO_BIN_EXE_streams")))
    }

    /// Another program in this folder, with an empty stdin.
    pub fn other_command(&self, mut command: Command) -> Command {
        command
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `streams` with these arguments, which have no spaces in them.
    pub fn run(&self, args: &str) -> Ran {
        Running::start(self.command().args(args.split_whitespace())).wait()
    }

    /// The same with `input` on its stdin.
    pub fn run_with(&self, args: &str, input: &[u8]) -> Ran {
        let mut command = self.command();
        command.args(args.split_whitespace()).stdin(Stdio::piped());
        Running::start(&mut command).give(input)
    }
}
