//! Clearing and refreshing timers and immediates, from inside the phase that would have run them.
//!
//! Twin: `golden/08-clear-and-refresh.mjs`. `set_timeout` takes a closure that can be called again, because `refresh` may.

use std::cell::RefCell;
use std::rc::Rc;

use event_loop::{
    Immediate, Timeout, busy, next_tick, set_immediate, set_interval, set_timeout, sleep,
};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints what still runs after others have been at it.
pub fn clear_and_refresh() -> anyhow::Result<()> {
    on_virtual_clock(async {
        timers().await;
        immediates().await;
        interval();
    })
}

async fn timers() {
    let never = set_timeout(ms(20), || say!("never"));
    let late = set_timeout(ms(20), || say!("t3, refreshed"));
    never.refresh();
    late.refresh();
    let t1 = set_timeout(ms(5), move || {
        say!("t1 clears another and refreshes t3");
        never.clear();
        late.refresh();
    });
    set_timeout(ms(20), || say!("t2"));
    sleep(ms(60)).await;
    t1.refresh(); // it has fired: set again
    sleep(ms(60)).await;
    t1.clear();
    t1.refresh(); // cleared after it had fired: nothing to run
    t1.clear(); // twice does no harm
}

async fn immediates() {
    let victims = Rc::new(RefCell::new(Vec::<Immediate>::new()));
    let both = Rc::clone(&victims);
    set_immediate(move || {
        say!("i1 clears i2, its tick clears i3");
        both.borrow_mut().remove(0).clear();
        next_tick(move || both.borrow_mut().remove(0).clear());
    });
    victims.borrow_mut().push(set_immediate(|| say!("never")));
    victims.borrow_mut().push(set_immediate(|| say!("never")));
    set_immediate(|| say!("i4"));
    sleep(ms(30)).await;
}

fn interval() {
    let mut n = 0;
    let own: Rc<RefCell<Option<Timeout>>> = Rc::default();
    let timer = Rc::clone(&own);
    let interval = set_interval(ms(15), move || {
        n += 1;
        say!("interval {n}");
        busy(ms(5));
        if n == 3 {
            own.take().inspect(Timeout::clear);
            say!("cleared");
        }
    });
    timer.replace(Some(interval));
}
