//! Sources, stages and sinks when all is well, when one of them fails, and when the work is given up.

mod byte_queue;
mod byte_sink;
mod cancelled;
mod damaged;
mod file_source;
mod scene;
mod transform;
