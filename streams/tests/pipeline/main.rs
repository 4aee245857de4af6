//! Sources, stages and sinks when all is well, when one of them fails, and when somebody gives up.

mod backpressure;
mod byte_queue;
mod byte_sink;
mod cancelled;
mod closing;
mod damaged;
mod fan_out;
mod file_source;
mod scene;
mod transform;
