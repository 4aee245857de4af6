//! Telling several listeners is `broadcast`, waiting for one event is `Notify`: what
//! `EventEmitter` and `events.once` are in Node.
//!
//! `emit` calls its listeners at once. A channel wakes tasks, which run in a microtask; when the
//! sender is dropped, they end.

use std::rc::Rc;

use event_loop::{Exit, immediate, println, run, set_immediate, spawn};
use tokio::sync::{Notify, broadcast};

pub(crate) fn main() -> Exit {
    run(async {
        let (emitter, _) = broadcast::channel(8);
        for name in ["first", "second"] {
            let mut lines = emitter.subscribe();
            spawn(async move {
                while let Ok(text) = lines.recv().await {
                    println!("{name}: {text}");
                }
            });
        }
        for text in ["hello", "world"] {
            emitter.send(text)?;
            immediate().await;
        }

        let closed = Rc::new(Notify::new());
        let close = Rc::clone(&closed);
        set_immediate(move || close.notify_one());
        closed.notified().await;
        println!("closed");
        anyhow::Ok(())
    })
}
