//! An interval as something to iterate over: what passes while the body is busy elsewhere is counted, not lost.
//!
//! Twin: `golden/14-interval.mjs`. The stream clears its timer when it is dropped.

use std::cell::Cell;
use std::rc::Rc;

use event_loop::{set_immediate, sleep};
use futures::StreamExt;

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints which items had to be waited for.
pub fn interval() -> anyhow::Result<()> {
    on_virtual_clock(async {
        let waited = Rc::new(Cell::new(true));
        let mut items = event_loop::interval(ms(40));
        for n in 1..=6 {
            items.next().await;
            let how = if waited.get() {
                "waited for"
            } else {
                "was there already"
            };
            say!("item {n}: {how}");
            if n == 2 {
                sleep(ms(100)).await; // two more pass
            }
            waited.set(false);
            let turned = Rc::clone(&waited);
            set_immediate(move || turned.set(true));
        }
        drop(items);
        say!("the timer is cleared");
    })
}
