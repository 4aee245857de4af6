//! What differs between systems.

mod wake_timer;
pub use wake_timer::WakeTimer;
