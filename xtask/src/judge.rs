//! Judging what ran: which side is wrong, and what a person sees of it.

pub mod diff;
pub mod report;
pub mod self_check;
pub mod verdict;
