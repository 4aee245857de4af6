//! Starting a command: its descriptors, its program, and the name of what is missing.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::iter;
use std::mem;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
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
use super::stdio::Stdio;
use crate::{Error, SpawnError, sys};

/// The longest pause, each twice the one before, after which a program that another process still has open for writing
/// is tried again.
const LONGEST_PAUSE: Duration = Duration::from_millis(64);

/// This process's ends of what leads to a child.
#[derive(Debug, Default)]
pub struct Pipes {
    pub stdin: Option<Sender>,
    pub outputs: BTreeMap<RawFd, Receiver>,
    pub sockets: BTreeMap<RawFd, UnixStream>,
}

/// Starts the command.
pub async fn spawn(command: &mut Command) -> Result<(Pid, Pipes), Error> {
    tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
    start(command).await.map_err(|cause| {
        let (program, args) = command.program_and_args();
        let text = |word: &OsString| word.to_string_lossy().into_owned();
        Error::Spawn {
            program: text(&program),
            args: args.iter().map(text).collect(),
            cause,
        }
    })
}

async fn start(command: &mut Command) -> Result<(Pid, Pipes), SpawnError> {
    let (fds, pipes) = connect(mem::take(&mut command.stdio))?;
    let (program, args) = command.program_and_args();
    let name = command.arg0.as_deref().unwrap_or(&program);
    let args = iter::once(name).chain(args.iter().map(OsString::as_os_str));
    let args = args.map(c_string).collect::<io::Result<Vec<_>>>()?;
    let variables = command.env.iter();
    let env = variables.map(|(name, value)| c_string(&[&**name, value].join(OsStr::new("="))));
    let env = env.collect::<io::Result<Vec<_>>>()?;
    let path = command.env.get(OsStr::new("PATH"));
    let path = path.map_or(OsStr::new(DEFAULT_PATH), OsString::as_os_str);
    let options = &command.start;
    let mut pause = Duration::from_millis(1);
    loop {
        let started = start_first(&program, path, options.cwd.as_deref(), |file| {
            match sys::start(file, &args, &env, &fds, options) {
                // A script that does not say what runs it is the shell's, as execvp has it.
                Err(Errno::ENOEXEC) => {
                    let script = c_string(file.as_os_str()).map_err(|_| Errno::EINVAL)?;
                    let args = [&[c"/bin/sh".to_owned(), script], &args[1..]].concat();
                    sys::start(Path::new("/bin/sh"), &args, &env, &fds, options)
                }
                started => started,
            }
        });
        match started {
            Ok(pid) => return Ok((pid, pipes)),
            // Another thread's child, forked while this program was written, has it open for a moment.
            Err(Errno::ETXTBSY) if pause < LONGEST_PAUSE => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            Err(errno) => return Err(diagnose(command, &program, errno)),
        }
    }
}

fn c_string(text: &OsStr) -> io::Result<CString> {
    Ok(CString::new(text.as_bytes())?)
}

/// Tells a missing program from a missing directory or interpreter: the system says the same for all three.
fn diagnose(command: &Command, program: &OsStr, errno: Errno) -> SpawnError {
    let cwd = command.start.cwd.as_ref();
    if let Some(directory) = cwd
        && let Err(errno) = access(&directory.join("."), AccessFlags::X_OK)
    {
        let directory = directory.clone();
        return SpawnError::NoDirectory { directory, errno };
    }
    let is_path = program.as_bytes().contains(&b'/');
    let file = cwd.map_or_else(|| program.into(), |directory| directory.join(program));
    match errno {
        Errno::ENOENT if is_path && file.exists() => SpawnError::NoInterpreter,
        Errno::ENOENT => SpawnError::NoProgram,
        errno => io::Error::from(errno).into(),
    }
}

/// The child's descriptors: the number of each, and what it leads to.
type Fds = Vec<(RawFd, OwnedFd)>;

/// Makes the child's descriptors, and this process's ends of them.
fn connect(stdio: BTreeMap<RawFd, Stdio>) -> io::Result<(Fds, Pipes)> {
    let (mut fds, mut pipes) = (Fds::new(), Pipes::default());
    let highest = stdio.last_key_value().map_or(0, |(number, _)| *number);
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
                }
                pipes.outputs.insert(number, ours);
                theirs.into()
            }
            (Stdio::Piped, _) => {
                let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
                ours.set_nonblocking(true)?;
                pipes.sockets.insert(number, UnixStream::from_std(ours)?);
                theirs.into()
            }
        };
        fds.push((number, sys::move_above(fd, highest)?));
    }
    Ok((fds, pipes))
}
