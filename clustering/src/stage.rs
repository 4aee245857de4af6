//! What lessons and demo stand on: a client, a cluster for a while, and the workers, which are this program again.

pub mod ask;
pub mod roles;
pub mod workers;
