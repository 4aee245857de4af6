//! What there is to check: the files of the workspace, and the cases that they describe.

mod console;
mod files;
mod find;
mod normalise;
mod selection;
mod settings;
mod workspace;

use regex_lite::Regex;

pub use self::console::{Block, commands};
pub use self::files::{all_files, known_files, read_toml};
pub use self::find::{Case, CaseError, exceptions};
pub use self::normalise::{Order, Pattern};
pub use self::selection::{Choice, Item, Selection};
pub use self::settings::LIMIT;
pub use self::workspace::{Crate, Members, Workspace, dependencies};

/// Returns the expression for a pattern of ours.
pub fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}
