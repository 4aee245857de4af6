//! Synchronous code runs to its end before anything else, however long it takes and whatever is waiting.
//!
//! Twin: `golden/01-sync-first.mjs`.

use event_loop::{Promise, busy, set_immediate, set_timeout, spawn};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints what runs while the main program keeps the thread, and after it.
pub fn sync_first() -> anyhow::Result<()> {
    on_virtual_clock(async {
        set_timeout(ms(1), || say!("timeout: due long ago"));
        set_immediate(|| say!("immediate"));
        spawn(Promise::resolved(()).then(|()| say!("promise")));
        say!("first");
        busy(ms(20));
        say!("last");
    })
}
