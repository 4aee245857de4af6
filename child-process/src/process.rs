//! The core: a command, its start, its run to the end, and its process group.

mod capture;
pub mod child;
pub mod command;
mod lookup;
mod process_group;
pub mod reaper;
mod spawn;
pub mod stdio;
mod supervisor;
