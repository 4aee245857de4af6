//! The descriptor that `NODE_CHANNEL_FD` names, which this process has from its parent.

use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::sys::stat::{SFlag, fstat};

/// Takes the descriptor over, once.
pub fn take(number: &str) -> Result<OwnedFd, String> {
    let refusal = || format!("descriptor {number} is not a socket from the parent");
    let number: RawFd = number.parse().map_err(|_| refusal())?;
    #[expect(unsafe_code, reason = "an inherited descriptor is a number")]
    // SAFETY: only looked at; if it is not open, fstat says so.
    let fd = unsafe { BorrowedFd::borrow_raw(number.max(0)) };
    let is_socket =
        fstat(fd).is_ok_and(|stat| stat.st_mode & SFlag::S_IFMT.bits() == SFlag::S_IFSOCK.bits());
    let flags = fcntl(fd, FcntlArg::F_GETFD).unwrap_or_default();
    // What was opened in this process is closed on exec; what came from the parent is not.
    if !is_socket || number < 0 || flags & FdFlag::FD_CLOEXEC.bits() != 0 {
        return Err(refusal());
    }
    // Our children are not to keep the channel open when we are gone.
    fcntl(fd, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC)).map_err(|error| error.to_string())?;
    if number <= 2 {
        return fd.try_clone_to_owned().map_err(|error| error.to_string());
    }
    #[expect(unsafe_code, reason = "an inherited descriptor is a number")]
    // SAFETY: it is open and inherited, so that nothing here owns it unless it was taken: then it is closed on exec.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}
