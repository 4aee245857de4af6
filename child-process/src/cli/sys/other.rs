//! Other systems: orphans go on after a limit, and a signal does not tell where it comes from.

use std::io;

use nix::sys::signal::Signal::{self, SIGINT, SIGQUIT};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::UnboundedSender;

/// Leaves orphans to the system.
pub fn adopt_orphans() {}

/// Sends the signals as they come, each with whether a key of the terminal sends it.
pub fn watch(wanted: &[Signal], sender: UnboundedSender<(Signal, bool)>) -> io::Result<()> {
    for &wanted in wanted {
        let mut received = signal(SignalKind::from_raw(wanted as i32))?;
        let sender = sender.clone();
        tokio::spawn(async move {
            while received.recv().await.is_some() {
                let _ = sender.send((wanted, matches!(wanted, SIGINT | SIGQUIT)));
            }
        });
    }
    Ok(())
}
