//! The core: Node's four kinds of stream, and `pipeline` to join them.
//!
//! A chunk's way: [`FileSource::chunks`] reads it, [`Through::through`] hands it to a [`Transform`], [`pipeline`] moves
//! what comes out to a sink, and [`ByteSink`] queues it and writes it. Nothing is read before the sink has room. Between
//! two tasks, [`byte_queue`] is the sink of one pipeline and the source of the other.

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
