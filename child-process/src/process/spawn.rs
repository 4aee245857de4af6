//! Starting a process: the program is found, the environment made, and what is missing is named.
//!
//! std starts processes with `posix_spawn`, which does not copy the parent, unless `pre_exec`, `uid` or `gid` is set,
//! or the `PATH` is changed and the program has to be looked up. So the looking up is done here.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};

use super::process_group::ProcessGroup;
use crate::{Command, Error, SpawnError, ipc, sys};

/// What stdin, stdout and stderr are where the command does not say.
pub struct Defaults {
    pub stdin: Stdio,
    pub stdout: Stdio,
    pub stderr: Stdio,
}

/// A started process, with its pipes still in `child`.
pub struct Spawned {
    pub group: ProcessGroup,
    pub stdin: Option<std::process::ChildStdin>,
    pub stdout: Option<std::process::ChildStdout>,
    pub stderr: Option<std::process::ChildStderr>,
}

/// What the pipe from stdout holds: a quarter of what anybody may ask for, four times what there is without asking.
const PIPE_BYTES: i32 = 256 * 1024;

/// Where libc looks when there is no `PATH`.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// Starts the command.
pub async fn spawn(command: &mut Command, defaults: Defaults) -> Result<Spawned, Error> {
    let mut child = match spawn_std(command, defaults).await {
        Ok(child) => child,
        Err(cause) => {
            return Err(Error::Spawn {
                program: named(command),
                args: spawn_args(command),
                cause,
            });
        }
    };
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    if let Some(stdout) = &stdout {
        // Fewer turns between writer and reader; if the system has no more to give, it stays as it is.
        let _ = fcntl(stdout, FcntlArg::F_SETPIPE_SZ(PIPE_BYTES));
    }
    let leads = !command.foreground;
    let group = ProcessGroup::new(child, leads, !command.detached).map_err(|source| Error::Io {
        attempt: "watch the child",
        source,
    })?;
    Ok(Spawned {
        group,
        stdin,
        stdout,
        stderr,
    })
}

async fn spawn_std(command: &mut Command, defaults: Defaults) -> Result<Child, SpawnError> {
    let mut std = build(command)?;
    std.stdin(command.stdin.take().unwrap_or(defaults.stdin));
    std.stdout(command.stdout.take().unwrap_or(defaults.stdout));
    std.stderr(command.stderr.take().unwrap_or(defaults.stderr));
    let mut pause = Duration::from_millis(1);
    loop {
        match std.spawn() {
            // Another thread's child, forked while we wrote this program, still has it open for a moment.
            Err(error)
                if error.kind() == io::ErrorKind::ExecutableFileBusy
                    && pause < Duration::from_millis(50) =>
            {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            Err(error) => return Err(diagnose(command, error)),
            Ok(child) => return Ok(child),
        }
    }
}

fn build(command: &Command) -> Result<std::process::Command, SpawnError> {
    let program = command.shell.as_ref().unwrap_or(&command.program);
    let mut std = std::process::Command::new(look_up(command, program)?);
    std.arg0(command.arg0.as_ref().unwrap_or(program));
    if command.shell.is_some() {
        std.arg("-c").arg(command.line());
    } else {
        std.args(&command.args);
    }
    if let Some(cwd) = &command.cwd {
        std.current_dir(cwd);
    }
    if command.clear_env {
        std.env_clear();
    }
    // The channel to our own parent is not our children's.
    for name in [ipc::fork::CHANNEL_FD, ipc::fork::CHANNEL_MODE] {
        if std::env::var_os(name).is_some() {
            std.env_remove(name);
        }
    }
    for (name, value) in &command.env {
        match value {
            Some(value) => std.env(name, value),
            None => std.env_remove(name),
        };
    }
    if let Some(uid) = command.uid {
        std.uid(uid);
    }
    if let Some(gid) = command.gid {
        std.gid(gid);
    }
    if command.detached {
        sys::new_session(&mut std);
    } else if !command.foreground {
        std.process_group(0);
    }
    Ok(std)
}

/// The file of a program that has to be looked up in a `PATH` which is not ours; any other name as it is.
fn look_up(command: &Command, program: &OsStr) -> Result<PathBuf, SpawnError> {
    let own = command.env.iter().rev().find(|(name, _)| name == "PATH");
    let is_ours = own.is_none() && !command.clear_env;
    if is_ours || program.as_bytes().contains(&b'/') {
        return Ok(program.into());
    }
    let path = own.and_then(|(_, value)| value.clone());
    let path = path.unwrap_or_else(|| OsString::from(DEFAULT_PATH));
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    files
        .find(|file| is_executable(file))
        .ok_or_else(|| no_program(program))
}

fn is_executable(file: &Path) -> bool {
    std::fs::metadata(file)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

fn no_program(program: &OsStr) -> SpawnError {
    SpawnError::NoProgram {
        program: program.to_string_lossy().into_owned(),
    }
}

/// Tells a missing program from a missing directory: the system says the same for both.
fn diagnose(command: &Command, error: io::Error) -> SpawnError {
    if let Some(directory) = &command.cwd {
        let errno = match std::fs::metadata(directory) {
            Err(error) => Errno::from_raw(error.raw_os_error().unwrap_or_default()),
            Ok(there) if !there.is_dir() => Errno::ENOTDIR,
            Ok(_) => Errno::UnknownErrno,
        };
        if errno != Errno::UnknownErrno {
            return SpawnError::NoDirectory {
                directory: directory.clone(),
                errno,
            };
        }
    }
    if error.kind() == io::ErrorKind::NotFound {
        return no_program(command.shell.as_ref().unwrap_or(&command.program));
    }
    SpawnError::System(error)
}

fn named(command: &Command) -> String {
    let program = command.shell.as_ref().unwrap_or(&command.program);
    program.to_string_lossy().into_owned()
}

/// Node's `error.spawnargs`.
fn spawn_args(command: &Command) -> Vec<String> {
    if command.shell.is_some() {
        return vec![
            "-c".to_owned(),
            command.line().to_string_lossy().into_owned(),
        ];
    }
    let args = command.args.iter();
    args.map(|arg| arg.to_string_lossy().into_owned()).collect()
}
