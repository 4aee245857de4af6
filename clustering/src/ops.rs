//! What operations need: an address for people, probes and Prometheus; words for the service manager.

pub mod admin;
mod systemd;

pub use systemd::notify;
