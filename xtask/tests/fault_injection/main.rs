//! Faults are injected, one a test, and `cargo xtask` has to find each and to name it.

mod bless;
mod book;
mod cargo;
mod ci;
mod processes;
mod standalone;
mod tidy;
mod timing;
mod verdicts;
mod workspace;
