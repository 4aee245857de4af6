//! Time limits for tests on a machine that may be busy.

use std::time::Duration;

/// Returns time limits, each longer than the one before.
///
/// A test takes the next one if a limit was over before the command had come to the point: the machine is busy.
pub fn limits() -> impl Iterator<Item = Duration> {
    let limits = [200, 600, 2_000, 6_000, 20_000, 60_000].map(Duration::from_millis);
    limits.into_iter().chain(std::iter::from_fn(|| {
        panic!("not even the longest limit was long enough")
    }))
}
