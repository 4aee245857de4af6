//! Programs that are not ours: where one is missing, its test is skipped and says so, unless `REQUIRE_PEERS=1`.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where a program is.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Where Debian keeps the servers.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    let mut candidates = folders.map(|folder| folder.join(name));
    candidates.find(|candidate| candidate.is_file())
}

/// Where a program is that this test cannot do without.
#[track_caller]
pub fn need(name: &str) -> Option<PathBuf> {
    let found = find(name);
    if found.is_none() {
        let required = std::env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
        assert!(!required, "{name} is not there, and REQUIRE_PEERS=1");
        println!("skipped: {name} is not there");
    }
    found
}

/// A port that is free on all addresses of this machine, and that the system gives to nobody who asks for any.
pub fn free_port() -> u16 {
    static TRIES: AtomicU32 = AtomicU32::new(0);
    loop {
        let spread = std::process::id().wrapping_mul(97);
        let number = spread.wrapping_add(TRIES.fetch_add(1, Ordering::Relaxed));
        let port = 10_000 + u16::try_from(number % 20_000).expect("less than 20,000");
        if TcpListener::bind(("0.0.0.0", port)).is_ok() {
            return port;
        }
    }
}

/// A process that is killed with its owner.
pub struct Killed(pub Child);

impl Killed {
    /// Starts a command.
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap())
    }
}

impl Drop for Killed {
    fn drop(&mut self) {
        // Not reaped before, so that the number is still its own.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
