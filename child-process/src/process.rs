//! The core: a command, its start, its run to the end, and its process group.

mod capture;
pub mod child;
pub mod command;
mod exec;
mod lookup;
mod options;
mod process_group;
pub mod reaper;
pub mod spawn;
pub mod stdio;
