//! What keeps the loop alive, and what happens when nothing does any more.
//!
//! Twin: `golden/09-lifetime.mjs`.

use event_loop::{
    next_tick, on_before_exit, on_exit, set_exit_code, set_immediate, set_interval, set_timeout,
};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints how often the loop is revived, and its exit codes.
pub fn lifetime() -> anyhow::Result<()> {
    on_virtual_clock(async {
        set_timeout(ms(10_000), || say!("never")).unref();
        set_interval(ms(10_000), || say!("never")).unref();
        let t = set_timeout(ms(20), || say!("timer"));
        say!(
            "hasRef {} {} {}",
            t.has_ref(),
            t.unref().has_ref(),
            t.keep_alive().has_ref()
        );

        let mut rounds = 0;
        on_before_exit(move |code| {
            rounds += 1;
            say!("beforeExit {rounds} {code}");
            next_tick(|| say!("  its tick does not revive the loop"));
            match rounds {
                1 => drop(set_timeout(ms(1), || say!("revived by a timer"))),
                2 => drop(set_immediate(|| {
                    say!("revived by an immediate");
                    set_exit_code(3);
                })),
                _ => drop(set_immediate(|| say!("never")).unref()),
            }
        });
        on_exit(|code| {
            say!("exit {code}");
            set_timeout(ms(0), || say!("never"));
            next_tick(|| say!("never"));
            set_exit_code(0);
        });
    })
}
