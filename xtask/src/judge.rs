//! Judging what ran: which side is wrong, and what a person sees of it.

mod diff;
mod report;
mod verdict;

pub use self::diff::{diff, excerpt};
pub use self::report::Report;
pub use self::verdict::{State, Verdict, ending, judge, problems};
