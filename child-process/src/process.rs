//! The core: a command, its start, its run to the end, and its process group.

pub mod capture;
pub mod child;
pub mod command;
pub mod exec;
pub mod options;
pub mod process_group;
pub mod spawn;
