//! The tool as people and scripts meet it: arguments, files, pipes, signals, exit status.
#![cfg_attr(
    not(target_os = "linux"),
    expect(
        dead_code,
        unused_imports,
        reason = "for the tests that need Unix or Linux"
    )
)]

#[path = "../support/member.rs"]
mod member;
#[path = "../support/peers.rs"]
mod peers;
#[path = "../support/random.rs"]
mod random;

mod copy;
mod damage;
mod folder;
mod gzip_habits;
mod inputs;
mod inspect;
#[cfg(unix)]
mod limits;
#[cfg(unix)]
mod meanwhile;
#[cfg(unix)]
mod metadata;
mod names;
mod other_tools;
mod outputs;
#[cfg(unix)]
mod owner;
mod pipes;
mod running;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod terminal;
