//! The tool as people and scripts meet it: arguments, files, pipes, signals, exit status.

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
mod limits;
mod meanwhile;
mod metadata;
mod names;
mod other_tools;
mod outputs;
mod owner;
mod pipes;
mod running;
mod signals;
mod terminal;
