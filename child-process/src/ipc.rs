//! Node's message channel: `fork`, `send`, `on('message')`.

pub mod channel;
pub mod fork;
mod inherited;
mod json_lines;
