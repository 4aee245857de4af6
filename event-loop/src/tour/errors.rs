//! Errors that nobody caught, and promises that fail while nobody looks.
//!
//! Twin: `golden/10-errors.mjs`. An `Err` is the throw; a panic is treated alike.

use std::error::Error;

use anyhow::anyhow;
use event_loop::{
    Promise, next_tick, on_rejection_handled, on_uncaught, on_unhandled_rejection, queue_microtask,
    set_timeout, sleep, spawn,
};

use super::{ms, on_virtual_clock};
use crate::console::say;

/// Prints who is told of which error.
pub fn errors() -> anyhow::Result<()> {
    on_virtual_clock(async {
        on_uncaught(|error| say!("uncaught: {}", cause(error)));
        on_unhandled_rejection(|error| say!("unhandled: {}", cause(error)));
        on_rejection_handled(|_| say!("handled after all"));

        set_timeout(ms(1), || Err::<(), _>(anyhow!("from a timer")));
        set_timeout(ms(1), || say!("the next timer runs as if nothing had been"));
        sleep(ms(30)).await;

        // In time: anywhere in the same drain.
        let early = Promise::<()>::rejected("caught in time");
        next_tick(|| {
            spawn(async {
                if let Err(error) = early.await {
                    say!("{}", cause(&error));
                }
            });
        });
        sleep(ms(30)).await;

        // Too late: reported first, and again when somebody asks.
        let late = Promise::<()>::rejected("nobody asked");
        sleep(ms(30)).await;
        if let Err(error) = late.await {
            say!("asked: {}", cause(&error));
        }
        sleep(ms(30)).await;

        queue_microtask(|| Err::<(), _>(anyhow!("from a microtask")));
        queue_microtask(|| say!("the next microtask runs"));
    })
}

fn cause(error: &event_loop::Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}
