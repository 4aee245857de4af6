//! Starting a command: its descriptors, its environment, and the name of what is missing.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::stat::Mode;
use nix::unistd::{AccessFlags, Pid, access};
use tokio::net::UnixStream;
use tokio::net::unix::pipe::{Receiver, Sender};

use super::command::Command;
use super::lookup::{DEFAULT_PATH, start_first};
use super::process_group::ProcessGroup;
use super::stdio::Stdio;
use crate::sys;
use crate::{Error, SpawnError};

/// Tells a child which descriptor its message channel is.
pub const CHANNEL_FD: &str = "NODE_CHANNEL_FD";
/// Tells it how messages are written.
pub const CHANNEL_MODE: &str = "NODE_CHANNEL_SERIALIZATION_MODE";

/// How often a program that another process still has open for writing is tried again, each time after twice the time.
const BUSY_RETRIES: u32 = 6;

/// This process's ends of what leads to a child.
#[derive(Debug, Default)]
pub struct Pipes {
    pub stdin: Option<Sender>,
    pub stdout: Option<Receiver>,
    pub stderr: Option<Receiver>,
    pub sockets: BTreeMap<RawFd, UnixStream>,
}

/// Starts the command. `defaults` are stdin, stdout and stderr where the command does not say.
pub async fn spawn(
    command: &mut Command,
    defaults: [Stdio; 3],
) -> Result<(ProcessGroup, Pipes), Error> {
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(Error::NoRuntime);
    }
    let mut pipes = Pipes::default();
    let mut started = Err(Errno::ETXTBSY.into());
    match connect(command, defaults, &mut pipes) {
        Err(error) => started = Err(error.into()),
        Ok(fds) => {
            for retry in 0..BUSY_RETRIES {
                started = start(command, &fds);
                if !matches!(&started, Err(cause) if cause.errno() == Errno::ETXTBSY) {
                    break;
                }
                // Another thread's child, forked while this program was written, has it open for a moment.
                tokio::time::sleep(Duration::from_millis(1 << retry)).await;
            }
        }
    }
    let pid = started.map_err(|cause| Error::Spawn {
        program: command.file().to_string_lossy().into_owned(),
        args: command.spawn_args(),
        cause,
    })?;
    let group =
        ProcessGroup::new(pid, command.start.group).map_err(Error::io("watch the child"))?;
    Ok((group, pipes))
}

/// Makes the child's descriptors, and keeps this process's ends in `pipes`.
fn connect(
    command: &mut Command,
    defaults: [Stdio; 3],
    pipes: &mut Pipes,
) -> io::Result<Vec<(RawFd, OwnedFd)>> {
    let mut stdio: BTreeMap<RawFd, Stdio> = (0..).zip(defaults).collect();
    stdio.append(&mut command.stdio);
    let highest = stdio.last_key_value().map_or(0, |(number, _)| *number);
    let mut fds = Vec::new();
    for (number, stdio) in stdio {
        let fd = match (stdio, number) {
            (Stdio::Inherit, 0..=2) => continue,
            (Stdio::Inherit, _) => return Err(io::ErrorKind::InvalidInput.into()),
            (Stdio::Null, _) => open("/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())?,
            (Stdio::Fd(fd), _) => fd,
            (Stdio::Piped, 0) => {
                let (theirs, ours) = io::pipe()?;
                pipes.stdin = Some(Sender::from_owned_fd(ours.into())?);
                theirs.into()
            }
            (Stdio::Piped, 1 | 2) => {
                let (ours, theirs) = io::pipe()?;
                let ours = Receiver::from_owned_fd(ours.into())?;
                if number == 1 {
                    sys::enlarge_pipe(&ours);
                    pipes.stdout = Some(ours);
                } else {
                    pipes.stderr = Some(ours);
                }
                theirs.into()
            }
            (Stdio::Piped, _) => {
                let (ours, theirs) = UnixStream::pair()?;
                pipes.sockets.insert(number, ours);
                let theirs = theirs.into_std()?;
                theirs.set_nonblocking(false)?;
                theirs.into()
            }
        };
        fds.push((number, sys::move_above(fd, highest)?));
    }
    Ok(fds)
}

fn start(command: &Command, fds: &[(RawFd, OwnedFd)]) -> Result<Pid, SpawnError> {
    let program = command.file();
    let mut args = vec![command.arg0.clone().unwrap_or_else(|| program.clone())];
    if command.shell.is_some() {
        args.extend(["-c".into(), command.line()]);
    } else {
        args.extend(command.args.iter().cloned());
    }
    let args = args
        .into_iter()
        .map(c_string)
        .collect::<Result<Vec<_>, _>>()?;
    c_string(program.clone())?;
    let (env, options) = (environment(command), &command.start);
    let path = env.get(OsStr::new("PATH")).cloned();
    let path = path.unwrap_or_else(|| DEFAULT_PATH.into());
    let join = |(mut name, value): (OsString, OsString)| {
        name.push("=");
        name.push(value);
        c_string(name)
    };
    let env = env.into_iter().map(join).collect::<Result<Vec<_>, _>>()?;
    let started = start_first(&program, &path, options.cwd.as_deref(), |file| {
        let start_with = |file: &Path, args: &[CString]| {
            sys::as_user(options.uid, options.gid, || {
                sys::start(file, args, &env, fds, options)
            })
        };
        match start_with(&file, &args) {
            // A script that does not say what runs it is the shell's, as execvp has it.
            Err(Errno::ENOEXEC) => {
                let script = c_string(file.into()).map_err(|_| Errno::EINVAL)?;
                let args = [&[c"/bin/sh".to_owned(), script], &args[1..]].concat();
                start_with(Path::new("/bin/sh"), &args)
            }
            started => started,
        }
    });
    started.map_err(|errno| diagnose(command, errno))
}

/// Returns the variables of the child.
fn environment(command: &Command) -> BTreeMap<OsString, OsString> {
    let own = std::env::vars_os().filter(|(name, _)| name != CHANNEL_FD && name != CHANNEL_MODE);
    // The channel to our own parent is not our children's.
    let mut all: BTreeMap<OsString, OsString> = own.filter(|_| !command.clear_env).collect();
    for (name, value) in command.env.iter().cloned() {
        match value {
            Some(value) => all.insert(name, value),
            None => all.remove(&name),
        };
    }
    all
}

fn c_string(text: OsString) -> Result<CString, SpawnError> {
    CString::new(text.into_vec()).map_err(|error| SpawnError::System(error.into()))
}

/// Tells a missing program from a missing directory or interpreter: the system says the same for all three.
fn diagnose(command: &Command, errno: Errno) -> SpawnError {
    if let Some(directory) = &command.start.cwd {
        let cause = match std::fs::metadata(directory) {
            Ok(there) if !there.is_dir() => Err(Errno::ENOTDIR),
            _ => access(directory, AccessFlags::X_OK),
        };
        if let Err(errno) = cause {
            return SpawnError::NoDirectory {
                directory: directory.clone(),
                errno,
            };
        }
    }
    let program = command.file();
    let is_path = program.as_bytes().contains(&b'/');
    let file = command.start.cwd.clone().unwrap_or_default().join(&program);
    let program = program.to_string_lossy().into_owned();
    match errno {
        Errno::ENOENT if is_path && file.exists() => SpawnError::NoInterpreter { program },
        Errno::ENOENT => SpawnError::NoProgram { program },
        errno => errno.into(),
    }
}
