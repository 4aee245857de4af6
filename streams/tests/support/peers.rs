//! Programs that we compare ourselves with. Where one is missing its check is skipped, unless `REQUIRE_PEERS=1`.

use std::env;
use std::process::{Command, Stdio};

/// A command that runs `name`, or `None` if there is no such program.
///
/// `NODE` says where `node` is.
pub fn peer(name: &str) -> Option<Command> {
    let program = match env::var_os("NODE") {
        Some(node) if name == "node" => node,
        _ => name.into(),
    };
    let found = Command::new(&program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        let required = env::var_os("REQUIRE_PEERS").is_some_and(|value| value == "1");
        assert!(!required, "{name} is required and not there");
        eprintln!("skipped: {name} is not there");
        return None;
    }
    Some(Command::new(program))
}
