//! Giving up on demand: `AbortController`.

use super::signal::{AbortSignal, Giver};
use crate::callback::BoxError;

/// Sends the signal. Node: `AbortController`.
#[derive(Debug)]
pub struct AbortController {
    signal: AbortSignal,
    giver: Giver,
}

impl AbortController {
    /// Makes a controller whose signal has not been given.
    #[must_use]
    pub fn new() -> Self {
        let signal = AbortSignal::default();
        let giver = signal.giver();
        Self { signal, giver }
    }

    /// Returns the signal, to be handed to what can be given up.
    #[must_use]
    pub fn signal(&self) -> AbortSignal {
        self.signal.clone()
    }

    /// Gives the signal: its listeners are called at once, in order. Only the first call counts.
    ///
    /// # Panics
    ///
    /// If a listener fails outside of a loop, which then cannot report it.
    #[track_caller]
    pub fn abort(&self, reason: impl Into<BoxError>) {
        self.giver.give(reason.into().into());
    }
}

impl Default for AbortController {
    fn default() -> Self {
        Self::new()
    }
}
