//! An interval to iterate over: what passes while the body waits is counted, not lost.
//!
//! It begins with the first `next`. The stream clears its timer when it is dropped.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use event_loop::{Exit, interval, println, run, set_immediate, sleep};
use futures::StreamExt;

const MS: Duration = Duration::from_millis(1);

pub(crate) fn main() -> Exit {
    run(async {
        let waited = Rc::new(Cell::new(true));
        let mut items = interval(20 * MS);
        for n in 1..=4 {
            items.next().await;
            let how = if waited.get() {
                "waited for"
            } else {
                "was there already"
            };
            println!("item {n}: {how}");
            if n == 2 {
                sleep(20 * MS).await; // stands behind the interval in the same list:
                sleep(20 * MS).await; // each time one item more has passed
            }
            waited.set(false);
            let turned = Rc::clone(&waited);
            set_immediate(move || turned.set(true));
        }
        drop(items);
        println!("the timer is cleared");
    })
}
