//! The core: Node's four kinds of stream, and `pipeline` to join them.

mod byte_queue;
mod duplex;
mod pipeline;
mod readable;
mod transform;
mod writable;

pub use byte_queue::{Consumer, Producer, WriteStatus, byte_queue};
pub use duplex::{duplex_pair, echo};
pub use pipeline::{pipeline, until};
pub use readable::{DEFAULT_CHUNK_BYTES, FileSource, file};
pub use transform::{Through, Transform};
pub use writable::{ByteSink, DEFAULT_HIGH_WATER_MARK};
