//! Ctrl-C: a signal is an event like others, once a program listens to it. A task that awaits one
//! holds the loop; Node's listener does not.
//!
//! `spawn` starts to listen at once. `tokio::signal::unix` has the other signals.

use std::process::{Command, id};

use event_loop::{Error, Exit, on_exit, println, run, spawn};
use tokio::signal::ctrl_c;

pub(crate) fn main() -> Exit {
    run(async {
        let interrupt = spawn(ctrl_c());
        on_exit(|code| println!("exit {code}"));
        Command::new("kill")
            .args(["-INT", &id().to_string()])
            .status()?;
        println!("the signal was sent");
        interrupt.await?;
        println!("SIGINT: finishing the work");
        Ok::<_, Error>(())
    })
}
