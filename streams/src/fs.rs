//! Files that are whole or not there, and copies of files.

mod atomic_file;
mod copy;
mod sys;

pub use atomic_file::AtomicFile;
pub use copy::copy_file;
