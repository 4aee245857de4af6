//! What there is to check: the files of the workspace, and the cases that they describe.

pub mod console;
pub mod files;
pub mod find;
pub mod rules;
pub mod selection;
pub mod settings;
pub mod workspace;
