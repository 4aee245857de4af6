//! Running programs: nothing blocks us, nothing outlives its run.

pub mod cargo;
pub mod interrupt;
pub mod leaks;
mod node;
pub mod pool;
pub mod process;
mod sandbox;
mod usage;

pub use self::node::{Node, Wanted};
pub use self::pool::Lane;
pub use self::process::{End, Outcome, Run};
pub use self::sandbox::{Oracled, Runner, copy_files, path_with, remove};
pub use self::usage::Usage;
