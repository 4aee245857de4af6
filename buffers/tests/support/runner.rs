//! Programs of this target, which an emulator may have to start.

use std::env;
use std::process::Command;

/// A program of this target, before its arguments.
pub fn command(program: &str) -> Command {
    let runner = runner();
    let mut words = runner.split_whitespace().chain([program]);
    let mut command = Command::new(words.next().unwrap_or(program));
    command.args(words);
    command
}

/// Cargo's runner for this target; nothing where the system starts it by itself, as Windows does under Wine.
pub fn runner() -> String {
    let target = format!("CARGO_TARGET_{}_", env::consts::ARCH.to_uppercase());
    let is_runner = |name: &str| name.starts_with(&target) && name.ends_with("_RUNNER");
    let runner = env::vars().find(|(name, _)| cfg!(unix) && is_runner(name));
    runner.map(|(_, runner)| runner).unwrap_or_default()
}
