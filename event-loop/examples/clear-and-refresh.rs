//! Clearing and refreshing timers and immediates, from inside the phase that would have run them.
//!
//! `set_timeout` takes a closure that can be called again, because `refresh` may.
//! `Timeout::this()` is the timer whose callback runs.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use event_loop::{
    Exit, Immediate, Timeout, next_tick, println, run_script, set_immediate, set_interval,
    set_timeout,
};

const MS: Duration = Duration::from_millis(1);

pub(crate) fn main() -> Exit {
    run_script(|| {
        let timers: Rc<RefCell<Vec<Timeout>>> = Rc::default();

        let later = Rc::clone(&timers);
        let t1 = set_timeout(5 * MS, move || {
            println!("t1 clears t2 and refreshes t3");
            later.borrow()[0].clear();
            later.borrow()[1].refresh();
        });
        let never = set_timeout(5 * MS, || println!("never"));
        let t3 = set_timeout(5 * MS, move || {
            println!("t3, once more to the end of the line");
            t1.refresh(); // it has fired: set again
            t1.clear();
            t1.clear(); // twice does no harm
            countdown();
        });
        timers.borrow_mut().extend([never, t3]);
        set_timeout(5 * MS, || println!("t4"));
    })
}

fn countdown() {
    let mut left = 3;
    set_interval(MS, move || {
        println!("interval {left}");
        left -= 1;
        if left == 0 {
            Timeout::this().clear();
            clear_some();
        }
    });
}

fn clear_some() {
    let immediates: Rc<RefCell<Vec<Immediate>>> = Rc::default();
    let later = Rc::clone(&immediates);
    set_immediate(move || {
        println!("i1 clears i2, its tick clears i3");
        later.borrow()[0].clear();
        next_tick(move || later.borrow()[1].clear());
    });
    immediates
        .borrow_mut()
        .push(set_immediate(|| println!("never")));
    immediates
        .borrow_mut()
        .push(set_immediate(|| println!("never")));
    set_immediate(|| println!("i4"));
}
