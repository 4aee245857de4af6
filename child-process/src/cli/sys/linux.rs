//! Linux: orphans come to this process, and a signal tells where it comes from.

use std::io;

use nix::sys::prctl::set_child_subreaper;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::mpsc::UnboundedSender;

/// The size of `signalfd_siginfo`, which begins with the number of the signal, an error and the code.
const SIGINFO_BYTES: usize = 128;
/// The code of what the kernel sends: a key of the terminal, or that the terminal has gone.
const SI_KERNEL: i32 = 128;

/// Makes this process the parent of its descendants' orphans. Where the system refuses, they go on after a limit.
pub fn adopt_orphans() {
    let _ = set_child_subreaper(true);
}

/// Sends the signals as they come, each with whether the terminal has sent it. Threads that were started before still
/// take them, and end this process.
pub fn watch(wanted: &[Signal], sender: UnboundedSender<(Signal, bool)>) -> io::Result<()> {
    let wanted: SigSet = wanted.iter().copied().collect();
    let flags = SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC;
    let signals = SignalFd::with_flags(&wanted, flags)?.into();
    // What tokio takes for a pipe may be anything that can be polled.
    let mut signals = pipe::Receiver::from_owned_fd_unchecked(signals)?;
    // Threads inherit this, children of the library do not.
    wanted.thread_block()?;
    tokio::spawn(async move {
        let mut info = [0; SIGINFO_BYTES];
        while signals.read_exact(&mut info).await.is_ok() {
            let ([number, _error, code, ..], _) = info.as_chunks() else {
                return;
            };
            let is_key = i32::from_ne_bytes(*code) == SI_KERNEL;
            if let Ok(signal) = Signal::try_from(i32::from_ne_bytes(*number)) {
                let _ = sender.send((signal, is_key));
            }
        }
    });
    Ok(())
}
