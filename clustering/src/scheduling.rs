//! Who gets a connection: `cluster.schedulingPolicy`.

use std::str::FromStr;

/// How connections come to workers. In each, the primary owns the listeners, so that none is lost with a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scheduling {
    /// The primary accepts, and hands each connection to the worker that has the fewest. Node: `SCHED_RR`, the default there and here.
    #[default]
    RoundRobin,
    /// All workers accept from the same listener; who is idle is quicker. Node: `SCHED_NONE`.
    Shared,
}

impl FromStr for Scheduling {
    type Err = String;

    /// Reads Node's words, `rr` and `none`, or ours.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "rr" | "round-robin" => Ok(Self::RoundRobin),
            "none" | "shared" => Ok(Self::Shared),
            _ => Err("a policy is rr or shared".to_owned()),
        }
    }
}
