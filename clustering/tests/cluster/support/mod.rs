//! What the test files share: a client that counts exactly, and clusters that end with their test.

pub mod admin;
pub mod browser;
pub mod client;
pub mod cluster;
pub mod load;
pub mod meanwhile;
pub mod peer;
pub mod process;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Far more than anything here takes on a busy machine; what takes longer has failed.
pub const DEADLINE: Duration = Duration::from_secs(120);

/// The names of the policies, as `-p` takes them.
pub const POLICIES: [&str; 2] = ["rr", "shared"];

/// Whether tests are to run whole.
pub fn is_soak() -> bool {
    std::env::var_os("SOAK").is_some()
}

/// The long form of a number under `SOAK=1`, and else the short one.
pub fn soak<T>(long: T, short: T) -> T {
    if is_soak() { long } else { short }
}

/// For tests that need the machine for themselves: one after the other.
pub fn alone() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::new(());
    // A test that failed has ended what it had started all the same.
    MACHINE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does the same with each policy, all at once: for tests that mostly wait.
pub fn each_policy(run: impl Fn(&'static str) + Sync) {
    std::thread::scope(|scope| {
        for policy in POLICIES {
            let run = &run;
            scope.spawn(move || run(policy));
        }
    });
}

/// How long `until` pauses at first, and at most: who looks all the time takes the processor from what it waits for.
const PAUSES: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(10)];

/// Looks again and again until `condition` holds.
#[track_caller]
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    let [mut pause, longest] = PAUSES;
    while !condition() {
        assert!(Instant::now() < deadline, "{what}: not in {DEADLINE:?}");
        std::thread::sleep(pause);
        pause = (pause * 2).min(longest);
    }
}

/// Numbers that look random and are the same for the same seed (`SplitMix64`).
pub struct Dice(pub u64);

impl Dice {
    /// One of `0..sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        usize::try_from(mixed % sides as u64).expect("less than sides")
    }
}
