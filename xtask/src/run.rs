//! Running programs: nothing blocks us, nothing outlives its run.

pub mod cargo;
pub mod interrupt;
pub mod leaks;
mod node;
mod outcome;
pub mod pool;
pub mod process;
mod sandbox;
pub mod sys;

pub use self::node::Node;
pub use self::outcome::{End, Outcome};
pub use self::process::Run;
pub use self::sandbox::{Runner, copy_files, path_with, remove};
