//! Node's `child_process`, in Rust's own form.
//!
//! | Node | here |
//! |---|---|
//! | `exec(line)`, `execFile(file, args)` | [`exec`], [`exec_file`]: a [`Command`] to be configured and awaited |
//! | `execSync`, `execFileSync` | [`Command::run_blocking`] |
//! | `spawn` | [`Command::spawn`]: a [`Child`] with pipes to read and write |
//! | `fork`, `child.send`, `child.on('message')` | `Command::fork`: a [`Child`] and a `Channel` |
//! | `process.send`, `process.on('message')` | `parent`: the other end of the channel |
//! | `error.code`, `.signal`, `.killed`, `.stdout` | [`Error`], which keeps the [`Output`] so far |
//!
//! Read first: `process/command.rs`, `process/child.rs`, `process/output.rs`, `process/supervisor.rs`,
//! `process/running.rs`, then `ipc/channel.rs`, `ipc/fork.rs`.
//!
//! ```
//! use std::time::Duration;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), child_process::Error> {
//! let output = child_process::exec("echo out; echo err >&2").timeout(Duration::from_secs(5)).await?;
//! assert_eq!(output.stdout, b"out\n");
//!
//! let error = child_process::exec("echo kept; exit 3").await.expect_err("it fails");
//! assert_eq!(error.code(), Some(3));
//! assert_eq!(error.output().map(|output| &output.stdout[..]), Some(&b"kept\n"[..]));
//! # Ok(()) }
//! ```

mod process;
pub use process::child::{Child, ChildStderr, ChildStdin, ChildStdout};
pub use process::command::{Command, exec, exec_file};
pub use process::reaper::unreaped;
pub use process::stdio::Stdio;

mod exit;
pub use exit::{Exit, Output};

mod error;
pub use error::{Error, SpawnError};

#[cfg(feature = "ipc")]
mod ipc;
#[cfg(feature = "ipc")]
pub use ipc::{Channel, Receiver, Sender, parent};

mod sys;

pub use nix::sys::signal::Signal;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
#[doc = include_str!("../NODE.md")]
struct Readme;
