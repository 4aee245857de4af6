//! When a lost worker is replaced: at once the first time, later and later if it is lost again and again.
//!
//! Node has nothing of the kind: a worker that dies at its start is forked as fast as the machine can, for ever.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long a slot waits for its next worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackOff {
    /// What the second loss in a row costs; each further one costs twice as much.
    pub first: Duration,
    /// The most that the loss of a worker costs that was never ready.
    pub most: Duration,
    /// The most that the loss of a worker costs that had been ready: it worked, so that the next one should too.
    pub most_if_ready: Duration,
    /// Who has been ready for so long has nothing to do with earlier losses.
    pub healthy: Duration,
}

impl Default for BackOff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            most: Duration::from_secs(10),
            most_if_ready: Duration::from_millis(500),
            healthy: Duration::from_secs(10),
        }
    }
}

impl BackOff {
    /// How many losses in a row there are now; `lived` is how long the worker had been ready, if ever.
    pub fn losses(&self, before: u32, lived: Option<Duration>) -> u32 {
        if lived.is_some_and(|lived| lived >= self.healthy) {
            return 1;
        }
        before.saturating_add(1)
    }

    /// Returns how long to wait after that many losses. `salt` spreads slots that are lost together by a fifth to each side.
    pub fn wait(&self, losses: u32, lived: Option<Duration>, salt: u64) -> Duration {
        let Some(doublings) = losses.checked_sub(2) else {
            return Duration::ZERO;
        };
        let factor = 2u32.saturating_pow(doublings);
        let most = if lived.is_some() {
            self.most_if_ready
        } else {
            self.most
        };
        let wait = self.first.saturating_mul(factor).min(most);
        // Knuth's multiplier: neighbours end far from each other.
        let spread = salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let percent = u32::try_from(80 + spread % 41).expect("at most 120");
        wait * percent / 100
    }
}
