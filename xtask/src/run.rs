//! Running programs: nothing blocks us, nothing outlives its run.

pub mod cargo;
pub mod interrupt;
pub mod leaks;
pub mod node;
pub mod pool;
pub mod process;
pub mod sandbox;
pub mod usage;
