//! The core: bytes in memory, and what Node's Buffer does with them. Every function takes a slice.

#[expect(clippy::module_inception, reason = "the folder is about this type")]
mod buffer;
mod buffer_ext;
mod fill;
mod inspect;
mod numbers;
mod pattern;
mod search;
mod slices;
mod swap;
mod write;

pub use buffer::Buffer;
pub use buffer_ext::BufferExt;
pub use fill::fill;
pub use inspect::Inspect;
pub use numbers::{Endian, Number, read, read_int, read_uint, write, write_int, write_uint};
pub use pattern::Pattern;
pub use search::{
    includes, includes_until, index_of, index_of_until, last_index_of, last_index_of_until,
};
pub use slices::{compare, concat, copy, copy_within, range};
pub use swap::{swap16, swap32, swap64};
pub use write::write_text;
