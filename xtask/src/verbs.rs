//! The verbs, a file each; `bench` and `tidy` have folders of their own.

pub mod bless;
pub mod book;
pub mod ci;
pub mod copy;
pub mod list;
pub mod standalone;
pub mod verify;
