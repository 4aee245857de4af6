//! Errors that were not caught, and promises that fail before anything awaits them.
//!
//! An `Err` that a callback returns is the throw; a panic is treated alike.

use std::time::Duration;

use event_loop::{
    Exit, Promise, next_tick, on_rejection_handled, on_uncaught, on_unhandled_rejection, println,
    queue_microtask, run, set_timeout, sleep,
};

const MS: Duration = Duration::from_millis(1);

pub(crate) fn main() -> Exit {
    run(async {
        on_uncaught(|error| println!("uncaught: {}", error.root_cause()));
        on_unhandled_rejection(|error| println!("unhandled: {}", error.root_cause()));
        on_rejection_handled(|_| println!("handled after all"));

        set_timeout(MS, || Err::<(), _>("from a timer"));
        set_timeout(MS, || println!("the next timer runs as usual"));
        sleep(MS).await;

        // In time: anywhere in the same drain.
        let early = Promise::<()>::rejected("caught in time");
        next_tick(|| drop(early.catch(|error| println!("{}", error.root_cause()))));
        sleep(MS).await;

        // Too late: reported first, and again when it is handled.
        let late = Promise::<()>::rejected("not awaited");
        sleep(MS).await;
        let _ = late
            .catch(|error| println!("awaited: {}", error.root_cause()))
            .await;
        sleep(MS).await;

        queue_microtask(|| Err::<(), _>("from a microtask"));
        queue_microtask(|| println!("the next microtask runs"));
    })
}
