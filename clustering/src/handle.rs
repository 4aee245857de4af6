//! How the program speaks to its cluster while that runs: `worker.send`, `worker.kill`, `cluster.disconnect`, and what Node has not: reload, scale, stats.

use nix::sys::signal::Signal;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::ipc::channel;
use crate::stats::Stats;
use crate::supervisor::Input;
use crate::{Error, WorkerId};

/// What the program wants of the primary.
pub enum Command {
    /// What the supervisor decides.
    Step(Input),
    /// Replaces all workers, and answers with what went wrong, if anything did.
    Reload(oneshot::Sender<Option<String>>),
    Kill(WorkerId, Signal),
    Stats(oneshot::Sender<Stats>),
    /// Answers with where the worker takes its messages, if there is such a worker.
    Outbox(WorkerId, oneshot::Sender<mpsc::Sender<Value>>),
}

/// When this primary serves: from its start on, or, where it replaces another one, from when its workers do, and until another one has replaced it.
#[derive(Clone, Default)]
pub struct Turn {
    /// Cancelled when it begins.
    pub began: CancellationToken,
    /// Cancelled when it ends.
    pub ended: CancellationToken,
}

/// Speaks to a cluster. Clones speak to the same one, from any thread.
#[derive(Clone)]
pub struct Handle {
    pub(crate) commands: mpsc::UnboundedSender<Command>,
    #[cfg(feature = "ops")]
    pub(crate) turn: Turn,
}

impl Handle {
    /// Starts one more worker. Node: `cluster.fork()`.
    pub fn fork(&self) {
        self.tell(Command::Step(Input::Fork));
    }

    /// Sets the number of workers, at least one; surplus workers finish what they have.
    pub fn scale(&self, workers: usize) {
        self.tell(Command::Step(Input::Scale(workers.max(1))));
    }

    /// Replaces every worker by a new one of the program as it is now, one after the other, and returns when all are.
    ///
    /// `Some` is why a new one failed: then the old ones go on. One that is asked for while another is under way begins after it.
    ///
    /// # Errors
    ///
    /// [`Error::Ended`] if the cluster ends before.
    pub async fn reload(&self) -> Result<Option<String>, Error> {
        let (answer, answered) = oneshot::channel();
        self.tell(Command::Reload(answer));
        answered.await.map_err(|_| Error::Ended)
    }

    /// Lets all workers finish what they have; then [`crate::Cluster::run`] returns. Node: `cluster.disconnect()`.
    pub fn shutdown(&self) {
        self.tell(Command::Step(Input::Shutdown));
    }

    /// Ends all workers at once.
    pub fn quit(&self) {
        self.tell(Command::Step(Input::Quit));
    }

    /// What the workers are doing.
    ///
    /// # Errors
    ///
    /// [`Error::Ended`] if the cluster has.
    pub async fn stats(&self) -> Result<Stats, Error> {
        let (answer, answered) = oneshot::channel();
        self.tell(Command::Stats(answer));
        answered.await.map_err(|_| Error::Ended)
    }

    /// Speaks to one worker. Node: `cluster.workers[id]`.
    pub fn worker(&self, id: WorkerId) -> WorkerHandle<'_> {
        WorkerHandle { cluster: self, id }
    }

    fn tell(&self, command: Command) {
        // A cluster that has ended does nothing more; those who wait for an answer are told.
        let _ = self.commands.send(command);
    }
}

/// Speaks to one worker.
pub struct WorkerHandle<'a> {
    cluster: &'a Handle,
    id: WorkerId,
}

impl WorkerHandle<'_> {
    /// Sends a message, as soon as there is room for it. Node: `worker.send`.
    ///
    /// # Errors
    ///
    /// [`Error::Gone`], [`Error::TooLong`], [`Error::Unsendable`].
    pub async fn send(&self, message: &impl Serialize) -> Result<(), Error> {
        let message = checked(message)?;
        let gone = || Error::Gone { id: self.id };
        let (answer, outbox) = oneshot::channel();
        self.cluster.tell(Command::Outbox(self.id, answer));
        let outbox = outbox.await.map_err(|_| gone())?;
        outbox.send(message).await.map_err(|_| gone())
    }

    /// Sends a signal to its process. Node: `worker.process.kill`.
    pub fn kill(&self, signal: Signal) {
        self.cluster.tell(Command::Kill(self.id, signal));
    }

    /// Lets it finish what it has and go, without another one in its place. Node: `worker.disconnect()`.
    pub fn drain(&self) {
        self.cluster.tell(Command::Step(Input::Drain(self.id)));
    }
}

/// What is left for the message itself.
const MESSAGE_BYTES: usize = channel::MESSAGE_BYTES - 64;

/// A message as it is sent, if it can be.
pub fn checked(message: &impl Serialize) -> Result<Value, Error> {
    let text = serde_json::to_string(message).map_err(Error::Unsendable)?;
    let (bytes, limit) = (text.len(), MESSAGE_BYTES);
    if bytes > limit {
        return Err(Error::TooLong { bytes, limit });
    }
    // As it will be read: one level deeper than it is, which may be one too many.
    let wrapped = serde_json::from_str::<[Value; 1]>(&format!("[{text}]"));
    let [message] = wrapped.map_err(Error::Unsendable)?;
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::{Error, MESSAGE_BYTES, checked};

    /// An array in an array, and so on.
    fn nested(depth: usize) -> serde_json::Value {
        (1..depth).fold(serde_json::json!([]), |inner, _| serde_json::json!([inner]))
    }

    #[test]
    fn what_could_not_be_read_again_is_not_sent() {
        assert!(checked(&nested(126)).is_ok());

        let refused = checked(&nested(127));

        assert!(matches!(refused, Err(Error::Unsendable(_))), "{refused:?}");
    }

    #[test]
    fn what_is_too_long_is_not_sent() {
        let longest = "x".repeat(MESSAGE_BYTES - 2);
        assert!(checked(&longest).is_ok());

        let refused = checked(&format!("{longest}x"));

        assert!(matches!(refused, Err(Error::TooLong { .. })), "{refused:?}");
    }
}
