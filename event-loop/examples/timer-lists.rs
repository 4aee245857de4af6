//! Timers wait in one list per duration. A list that is due runs as far as it is due before the
//! next list: no plain order of deadlines.
//!
//! On the virtual clock `busy` and `sleep` take no time, and the order is the same.

use std::time::Duration;

use event_loop::{Builder, Clock, Exit, busy, println, set_timeout, sleep};

fn ms(milliseconds: f64) -> Duration {
    Duration::from_secs_f64(milliseconds / 1000.0)
}

fn set(name: &'static str, delay: f64) {
    set_timeout(ms(delay), move || println!("  {name}"));
}

pub(crate) fn main() -> Exit {
    Builder::new().clock(Clock::Virtual).run(async {
        println!("set e0 b5 f1 a20 g1.9 d5 c20, all overdue");
        set("e0", 0.0);
        set("b5", 5.0);
        set("f1", 1.0);
        set("a20", 20.0);
        set("g1.9", 1.9);
        set("d5", 5.0);
        set("c20", 20.0);
        busy(ms(40.0));
        sleep(ms(20.0)).await;

        println!("deadlines: p10 at 10, q5 at 13, r10 at 22, all overdue");
        set("p10", 10.0);
        busy(ms(8.0));
        set("q5", 5.0);
        busy(ms(4.0));
        set("r10", 10.0);
        busy(ms(40.0));
        sleep(ms(20.0)).await;

        println!("a timer that a timer sets waits for the next iteration, even if overdue");
        set_timeout(ms(1.0), || {
            println!("  first");
            set("nested", 1.0);
            busy(ms(5.0));
        });
        set("second", 1.0);
        busy(ms(5.0));
    })
}
