//! Node's message channel: `fork`, `send`, `on('message')`.

mod channel;
mod fork;
mod inherited;
pub mod json_lines;

pub use channel::{Channel, Receiver, Sender};
pub use fork::parent;
