//! Node's message channel: `fork`, `send`, `on('message')`.

pub mod channel;
pub mod fork;
mod inherited;
pub mod json_lines;
