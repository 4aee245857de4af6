//! Judging what ran: what counts as equal, which side is wrong, and what a person sees of it.

pub mod compare;
pub mod diff;
pub mod report;
pub mod self_check;
pub mod verdict;
