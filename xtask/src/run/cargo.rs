//! Cargo, called from inside cargo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::cases::workspace::Crate;
use crate::exit_error::ExitError;
use crate::run::interrupt;
use crate::run::node::Node;
use crate::run::process::{End, Outcome, run_aloud};

/// One line of `--message-format=json`, as far as it concerns us.
#[derive(Deserialize)]
struct Message {
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// Builds the crates one by one, in `profile` (`--release` or nothing), and returns their executables by crate name.
pub fn build_all(
    root: &Path,
    crates: &[&Crate],
    profile: &[&str],
) -> Result<BTreeMap<String, PathBuf>> {
    crates
        .iter()
        .map(|one| Ok((one.name.clone(), build(root, one, profile)?)))
        .collect()
}

/// Builds one crate as `cargo run -p` does, alone, so that no neighbour lends it a feature; returns its executable.
///
/// The path is what cargo reports: `target/debug/NAME` is a guess that `CARGO_TARGET_DIR` and `build-dir` refute.
fn build(root: &Path, one: &Crate, profile: &[&str]) -> Result<PathBuf> {
    let mut cargo = command(root);
    cargo.args([
        "build",
        "--quiet",
        "--package",
        &one.name,
        "--message-format=json-render-diagnostics",
    ]);
    let outcome = run_aloud(cargo.args(profile))?;
    if interrupt::requested() {
        return Err(ExitError::interrupted().into());
    }
    if outcome.end != End::Exited(0) {
        return Err(ExitError::build(&one.name).into());
    }
    let lines = outcome.stdout.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    let mut built: Vec<_> = messages
        .filter_map(|message| Some((message.target?.name, message.executable?)))
        .collect();
    // A crate may have more than one; the one that `cargo run` and its README mean has its name.
    built.sort_by_key(|(name, _)| *name != one.name);
    let (_, executable) = built
        .into_iter()
        .next()
        .with_context(|| format!("{} has no executable", one.name))?;
    Ok(executable)
}

/// Runs `cargo test` for one crate. A test that leaves a process behind is found out, as a case would be.
pub fn test(root: &Path, one: &Crate, node: &Node, require_peers: bool) -> Result<Outcome> {
    let mut cargo = command(root);
    cargo.args(["test", "--quiet", "--package", &one.name]);
    match &node.path {
        Some(path) => cargo.env("NODE", path),
        None => cargo.env_remove("NODE"),
    };
    if require_peers {
        cargo.env("REQUIRE_PEERS", "1");
    }
    run_aloud(&mut cargo)
}

/// Cargo as if called by hand: what `cargo run` tells *us* about our package would make it build everything again.
pub fn command(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    let ours = [
        "CARGO_MANIFEST_",
        "CARGO_PKG_",
        "CARGO_BIN_",
        "CARGO_CRATE_",
        "CARGO_PRIMARY_",
        "OUT_DIR",
    ];
    for (name, _) in std::env::vars_os() {
        if ours
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix))
        {
            cargo.env_remove(name);
        }
    }
    cargo
}
