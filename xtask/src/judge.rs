//! Judging what ran: which side is wrong, and what a person sees of it.

mod diff;
mod report;
mod self_check;
mod verdict;

pub use self::diff::{diff, excerpt};
pub use self::report::Report;
pub use self::self_check::blind_spots;
pub use self::verdict::{State, Verdict, ending, faults, judge};
