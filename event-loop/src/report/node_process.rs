//! A child process that is awaited, and does not outlive the one who awaits it: `child_process.spawn` with an `AbortSignal`.

use std::io;
use std::process::{Child, Command, ExitStatus};

use tokio::signal::unix::{SignalKind, signal};

/// Runs a command to its end.
///
/// # Cancel safety
///
/// Dropping the future kills the process and reaps it.
pub async fn status(command: &mut Command) -> io::Result<ExitStatus> {
    // First: an end that comes before somebody listens is not heard.
    let mut ends = signal(SignalKind::child())?;
    let mut child = Running(command.spawn()?);
    loop {
        if let Some(status) = child.0.try_wait()? {
            return Ok(status);
        }
        // Any child's end, which need not be this one's.
        ends.recv().await;
    }
}

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has been reaped is not killed again: its number may be another's by now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
