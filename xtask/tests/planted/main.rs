//! Faults are planted, one a test, and `cargo xtask` has to find each and to name it.

mod bless;
mod cargo;
mod compare;
mod processes;
mod verdicts;
mod workspace;
