//! Messages between the program in a worker and the primary: `process.send`, `process.on('message')`.

use serde::Serialize;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::Error;
use crate::handle::checked;

/// How many messages may wait in each direction, before `send` does.
pub const WAITING: usize = 64;

/// Sends messages to the primary.
#[derive(Clone)]
pub struct ToPrimary(pub(super) mpsc::Sender<Value>);

impl ToPrimary {
    /// Sends a message, as soon as there is room for it.
    ///
    /// # Errors
    ///
    /// [`Error::TooLong`], [`Error::Unsendable`]; [`Error::Ended`] if this worker serves no more.
    pub async fn send(&self, message: &impl Serialize) -> Result<(), Error> {
        let message = checked(message)?;
        self.0.send(message).await.map_err(|_| Error::Ended)
    }
}

/// The messages from the primary.
pub struct FromPrimary(pub(super) mpsc::Receiver<Value>);

impl FromPrimary {
    /// The next message, or `None` when this worker serves no more.
    ///
    /// # Cancel safety
    ///
    /// No message is lost.
    pub async fn recv(&mut self) -> Option<Value> {
        self.0.recv().await
    }
}
