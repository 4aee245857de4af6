//! The signals that a primary obeys.

use futures_util::stream::{self, Stream};
use nix::sys::signal::Signal;
use tokio::signal::unix::{self, SignalKind, signal};

use crate::sys;

/// What a primary listens to.
pub const OBEYED: [Signal; 8] = [
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGQUIT,
    Signal::SIGHUP,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGTTIN,
    Signal::SIGTTOU,
];

/// Returns those of the signals that this process was started to ignore (`nohup`, a background job of a script), which stay ignored, and the others as they come.
///
/// As the first process of a container a program has to listen to be told anything: there a signal does nothing by itself.
pub fn received(
    signals: impl Iterator<Item = Signal>,
) -> (Vec<Signal>, impl Stream<Item = Signal> + Unpin) {
    let (ignored, obeyed): (Vec<_>, Vec<_>) = signals.partition(|one| sys::is_ignored(*one));
    let streams = obeyed.into_iter().filter_map(|wanted| {
        // A signal that cannot be caught ends the process by itself.
        let received = signal(SignalKind::from_raw(wanted as i32)).ok()?;
        let next = move |mut received: unix::Signal| async move {
            received.recv().await.map(|()| (wanted, received))
        };
        Some(Box::pin(stream::unfold(received, next)))
    });
    (ignored, stream::select_all(streams))
}
