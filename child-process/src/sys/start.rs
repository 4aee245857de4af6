//! Starting a process with `posix_spawn`, which does not copy this one; Node forks, and copies its page tables.
//!
//! std's own start knows no descriptors beyond 2 and no reset of signals without `pre_exec`, with which it forks as well.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::errno::Errno;
use nix::libc;
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags, posix_spawn};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::unistd::Pid;

/// The process group of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A group of its own.
    Own,
    /// A session of its own, which is also a group.
    Session,
    /// The group of this process.
    Parents,
}

/// What is to be started.
pub struct Request<'a> {
    /// With the program's name first.
    pub args: &'a [CString],
    pub env: &'a [CString],
    pub cwd: Option<&'a Path>,
    /// The child's descriptors besides those that it inherits. Each source is higher than all targets.
    pub fds: &'a [(RawFd, OwnedFd)],
    pub group: Group,
    /// Whether what this process ignores stays ignored, except SIGPIPE, which Rust ignores.
    pub keep_ignored: bool,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
}

/// Starts `file`, which is not looked up.
pub fn start(file: &Path, request: &Request) -> Result<Pid, Errno> {
    if request.uid.is_some() || request.gid.is_some() {
        return fork_and_exec(file, request);
    }
    let mut actions = PosixSpawnFileActions::init()?;
    for (target, source) in request.fds {
        actions.add_dup2(source.as_raw_fd(), *target)?;
    }
    if let Some(cwd) = request.cwd {
        add_chdir(&mut actions, cwd)?;
    }
    let mut attributes = PosixSpawnAttr::init()?;
    let mut flags =
        PosixSpawnFlags::POSIX_SPAWN_SETSIGDEF | PosixSpawnFlags::POSIX_SPAWN_SETSIGMASK;
    attributes.set_sigdefault(&reset_signals(request))?;
    attributes.set_sigmask(&SigSet::empty())?;
    match request.group {
        Group::Own => {
            flags |= PosixSpawnFlags::POSIX_SPAWN_SETPGROUP;
            attributes.set_pgroup(Pid::from_raw(0))?;
        }
        Group::Session => flags |= PosixSpawnFlags::from_bits_retain(SETSID),
        Group::Parents => {}
    }
    attributes.set_flags(flags)?;
    posix_spawn(file, &actions, &attributes, request.args, request.env)
}

/// nix does not name this flag.
#[cfg(target_os = "linux")]
const SETSID: libc::c_int = 0x80;
#[cfg(target_os = "macos")]
const SETSID: libc::c_int = 0x400;

/// Returns the signals that get their default action in the child. The system passes over those that cannot be caught.
fn reset_signals(request: &Request) -> SigSet {
    if request.keep_ignored {
        SigSet::from_iter([Signal::SIGPIPE])
    } else {
        SigSet::all()
    }
}

fn add_chdir(actions: &mut PosixSpawnFileActions, directory: &Path) -> Result<(), Errno> {
    let directory = CString::new(directory.as_os_str().as_bytes()).map_err(|_| Errno::EINVAL)?;
    #[expect(unsafe_code, reason = "nix has no addchdir")]
    // SAFETY: nix's type is `repr(transparent)` over the system's and initialised; the path is copied by the call.
    let errno = unsafe {
        libc::posix_spawn_file_actions_addchdir_np(
            std::ptr::from_mut(actions).cast(),
            directory.as_ptr(),
        )
    };
    if errno == 0 {
        Ok(())
    } else {
        Err(Errno::from_raw(errno))
    }
}

/// Starts a process as another user or group: only std's fork can do that.
fn fork_and_exec(file: &Path, request: &Request) -> Result<Pid, Errno> {
    let mut command = Command::new(file);
    let os = |text: &CString| OsStr::from_bytes(text.as_bytes()).to_owned();
    command
        .arg0(os(&request.args[0]))
        .args(request.args[1..].iter().map(os))
        .env_clear();
    for variable in request.env {
        let bytes = variable.as_bytes();
        let end = bytes
            .iter()
            .skip(1)
            .position(|&byte| byte == b'=')
            .map_or(bytes.len(), |end| end + 1);
        let (name, value) = bytes.split_at(end);
        command.env(
            OsStr::from_bytes(name),
            OsStr::from_bytes(value.get(1..).unwrap_or_default()),
        );
    }
    if let Some(cwd) = request.cwd {
        command.current_dir(cwd);
    }
    if let Some(uid) = request.uid {
        command.uid(uid);
    }
    if let Some(gid) = request.gid {
        command.gid(gid);
    }
    if request.group == Group::Own {
        command.process_group(0);
    }
    let fds: Vec<_> = request
        .fds
        .iter()
        .map(|(target, source)| (*target, source.as_raw_fd()))
        .collect();
    // std tells a failed exec through a descriptor of its own, which must not be one of the child's numbers.
    let highest = fds
        .iter()
        .map(|(target, _)| *target)
        .max()
        .unwrap_or_default();
    let mut fillers = Vec::new();
    while fillers
        .last()
        .is_none_or(|filler: &File| filler.as_raw_fd() <= highest)
    {
        fillers.push(File::open("/dev/null").map_err(|error| errno(&error))?);
    }
    let (is_session, reset) = (request.group == Group::Session, reset_signals(request));
    let prepare = move || {
        if is_session {
            nix::unistd::setsid()?;
        }
        for &(target, source) in &fds {
            #[expect(unsafe_code, reason = "nix's dup2 wants an owner")]
            // SAFETY: two numbers; what the target was in the child is given up on purpose.
            Errno::result(unsafe { libc::dup2(source, target) })?;
        }
        for signal in &reset {
            #[expect(unsafe_code, reason = "a disposition is the process's")]
            // SAFETY: the default action runs no code of ours.
            let _ =
                unsafe { nix::sys::signal::signal(signal, nix::sys::signal::SigHandler::SigDfl) };
        }
        Ok(sigprocmask(
            SigmaskHow::SIG_SETMASK,
            Some(&SigSet::empty()),
            None,
        )?)
    };
    #[expect(
        unsafe_code,
        reason = "std's own `setsid` and extra descriptors are not stable"
    )]
    // SAFETY: only setsid, dup2, signal and sigprocmask are called, which are async-signal-safe; no memory is allocated.
    unsafe {
        command.pre_exec(prepare);
    }
    // std forgets a child that is dropped; who waits for it knows its number.
    let child = command.spawn().map_err(|error| errno(&error))?;
    Ok(Pid::from_raw(child.id().cast_signed()))
}

fn errno(error: &io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EINVAL, Errno::from_raw)
}
