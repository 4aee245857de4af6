//! Starting a process with `posix_spawn`, which does not copy this one; Node forks, and copies its page tables.
//!
//! std's own start knows no descriptors beyond 2 and no reset of signals without `pre_exec`, with which it forks as well.

use std::ffi::CString;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

use nix::NixPath;
use nix::errno::Errno;
use nix::libc;
use nix::spawn::{PosixSpawnAttr, PosixSpawnFileActions, PosixSpawnFlags as Flags, posix_spawn};
use nix::sys::signal::{SigSet, Signal};
use nix::unistd::Pid;
use rustix::process::{Gid, Uid};

use super::system::{SETSID, as_user};

/// The process group of a child.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A group of its own.
    #[default]
    Own,
    /// A session of its own, which is also a group.
    Session,
    /// The group of this process.
    Parents,
}

/// How a process is started.
#[derive(Debug, Default)]
pub struct Options {
    pub cwd: Option<PathBuf>,
    pub group: Group,
    /// Whether what this process ignores stays ignored, except SIGPIPE, which Rust ignores.
    pub keep_ignored: bool,
    pub uid: Option<Uid>,
    pub gid: Option<Gid>,
}

/// Starts `file`, which is not looked up. `args` has the program's name first; the sources of `fds` are higher than
/// all targets.
pub fn start(
    file: &Path,
    args: &[CString],
    env: &[CString],
    fds: &[(RawFd, OwnedFd)],
    options: &Options,
) -> Result<Pid, Errno> {
    let start = || {
        let mut actions = PosixSpawnFileActions::init()?;
        for (target, source) in fds {
            actions.add_dup2(source.as_raw_fd(), *target)?;
        }
        if let Some(cwd) = &options.cwd {
            add_chdir(&mut actions, cwd)?;
        }
        let mut attributes = PosixSpawnAttr::init()?;
        let reset = match options.keep_ignored {
            true => SigSet::from_iter([Signal::SIGPIPE]),
            // The system passes over those that cannot be caught.
            false => SigSet::all(),
        };
        attributes.set_sigdefault(&reset)?;
        attributes.set_sigmask(&SigSet::empty())?;
        let signals = Flags::POSIX_SPAWN_SETSIGDEF | Flags::POSIX_SPAWN_SETSIGMASK;
        attributes.set_flags(match options.group {
            // The group of the attributes is 0, a new one, unless another is set.
            Group::Own => signals | Flags::POSIX_SPAWN_SETPGROUP,
            Group::Session => signals | Flags::from_bits_retain(SETSID),
            Group::Parents => signals,
        })?;
        posix_spawn(file, &actions, &attributes, args, env)
    };
    match (options.uid, options.gid) {
        (None, None) => start(),
        _ => as_user(options, start),
    }
}

fn add_chdir(actions: &mut PosixSpawnFileActions, directory: &Path) -> Result<(), Errno> {
    let actions = std::ptr::from_mut(actions).cast();
    #[expect(unsafe_code, reason = "nix has no addchdir")]
    // SAFETY: nix's type is `repr(transparent)` over the system's and initialised; the path is copied by the call.
    let errno = directory.with_nix_path(|directory| unsafe {
        libc::posix_spawn_file_actions_addchdir_np(actions, directory.as_ptr())
    })?;
    match errno {
        0 => Ok(()),
        errno => Err(Errno::from_raw(errno)),
    }
}
