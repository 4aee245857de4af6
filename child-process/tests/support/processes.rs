//! The processes of a test, found by a variable in their environment.

#[cfg(target_os = "linux")]
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Far more than anything here takes, also on a busy machine; what takes longer has failed.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// Looks again and again until `condition` holds.
#[track_caller]
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not in {DEADLINE:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Counts the living processes that carry this variable in their environment.
#[cfg(target_os = "linux")]
pub fn bearers(marker: &str) -> usize {
    processes(marker).count()
}

/// Counts those of them that are as `stat` says: `(sleep) S` has been executed and sleeps.
#[cfg(target_os = "linux")]
pub fn running(marker: &str, stat: &str) -> usize {
    let stats = processes(marker).map(|folder| std::fs::read_to_string(folder.join("stat")));
    stats
        .filter(|found| found.as_ref().is_ok_and(|found| found.contains(stat)))
        .count()
}

/// Returns their folders in `/proc`.
#[cfg(target_os = "linux")]
pub fn processes(marker: &str) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries.map(|entry| entry.path()).filter(move |folder| {
        let environ = std::fs::read(folder.join("environ")).unwrap_or_default();
        environ
            .split(|&byte| byte == 0)
            .any(|entry| entry == marker.as_bytes())
    })
}
