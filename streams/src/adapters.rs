//! Stages and sinks for daily use: lines, text, a tee, a counter.

mod byte_counter;
mod lines;
mod tee;
mod utf8;

pub use byte_counter::ByteCounter;
pub use lines::Lines;
pub use tee::Tee;
pub use utf8::Utf8;
