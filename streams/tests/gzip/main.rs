//! `compress` and `decompress` as stages: what they take, hold and give, and every format there and back.

mod backpressure;
mod formats;
mod polled_after_the_end;
