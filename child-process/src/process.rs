//! The core: a command, its start, its run to the end, and its process group.

pub mod child;
pub mod command;
mod lookup;
mod options;
mod output;
pub mod reaper;
mod running;
mod spawn;
pub mod stdio;
mod supervisor;
