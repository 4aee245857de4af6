//! What differs between systems in the tool.

#[cfg_attr(target_os = "linux", path = "sys/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "sys/other.rs")]
mod system;

pub use system::{adopt_orphans, watch};
