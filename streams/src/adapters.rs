//! Stages and sinks for daily use: lines, text, a tee.

mod lines;
mod tee;
mod utf8;

pub use lines::Lines;
pub use tee::Tee;
pub use utf8::Utf8;
