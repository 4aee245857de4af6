//! Everything about running clusters, in one program: tests mostly wait, and so do it side by side.
//!
//! They look at processes in `/proc`, so this is for Linux.

#![cfg(target_os = "linux")]

mod access_log;
mod addresses;
mod admin;
mod balance;
mod chaos;
mod crashes;
mod deploy;
mod drain;
mod early_answers;
mod hostile;
mod listen_fds;
mod malformed;
mod notify;
mod page;
mod pid_file;
mod promises;
mod proxies;
mod reload;
mod services;
mod signals;
mod status;
mod support;
mod upgrade;
