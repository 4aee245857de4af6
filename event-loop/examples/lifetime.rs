//! What keeps the loop alive, and what happens when nothing does any more.
//!
//! `ref` is a keyword here: the method is called `keep_alive`.

use std::time::Duration;

use event_loop::{
    Exit, next_tick, on_before_exit, on_exit, println, run_script, set_exit_code, set_immediate,
    set_interval, set_timeout,
};

const MS: Duration = Duration::from_millis(1);

pub(crate) fn main() -> Exit {
    run_script(|| {
        set_timeout(10_000 * MS, || println!("never")).unref();
        set_interval(10_000 * MS, || println!("never")).unref();
        let t = set_timeout(20 * MS, || println!("timer"));
        let (first, second) = (t.has_ref(), t.unref().has_ref());
        println!("hasRef {first} {second} {}", t.keep_alive().has_ref());

        let mut rounds = 0;
        on_before_exit(move |code| {
            rounds += 1;
            println!("beforeExit {rounds} {code}");
            next_tick(|| println!("  its tick does not revive the loop"));
            match rounds {
                1 => drop(set_timeout(MS, || println!("revived by a timer"))),
                2 => drop(set_immediate(|| {
                    println!("revived by an immediate");
                    set_exit_code(3);
                })),
                _ => drop(set_immediate(|| println!("never")).unref()),
            }
        });
        on_exit(|code| {
            println!("exit {code}");
            set_timeout(MS, || println!("never"));
            next_tick(|| println!("never"));
            set_exit_code(0);
        });
    })
}
