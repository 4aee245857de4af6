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

/// Builds the crates one by one, with these arguments, and returns their executables by crate name.
pub fn build_all(
    root: &Path,
    crates: &[&Crate],
    args: &[&str],
) -> Result<BTreeMap<String, PathBuf>> {
    crates
        .iter()
        .map(|one| Ok((one.name.clone(), build_tool(root, one, args)?)))
        .collect()
}

/// Builds one crate as `cargo run -p` does, alone, so that no neighbour lends it a feature; returns its executable.
fn build_tool(root: &Path, one: &Crate, args: &[&str]) -> Result<PathBuf> {
    let built = build(root, one, &[&["build"], args].concat())?;
    // A crate may have more than one; the one that `cargo run` and its README mean has its name.
    let tool = built
        .iter()
        .find(|(name, _)| *name == one.name)
        .or(built.first());
    let (_, executable) = tool.with_context(|| format!("{} has no executable", one.name))?;
    Ok(executable.clone())
}

/// Runs `cargo build` or `cargo test --no-run` for one crate; returns the executables by target name.
///
/// The paths are what cargo reports: `target/debug/NAME` is a guess that `CARGO_TARGET_DIR` and `build-dir` refute.
pub fn build(root: &Path, one: &Crate, args: &[&str]) -> Result<Vec<(String, PathBuf)>> {
    let mut cargo = command(root);
    cargo.args(args).args([
        "--package",
        &one.name,
        "--message-format=json-render-diagnostics",
    ]);
    let outcome = run_aloud(&mut cargo)?;
    if interrupt::requested() {
        return Err(ExitError::interrupted().into());
    }
    if outcome.end != End::Exited(0) {
        return Err(ExitError::build(&one.name).into());
    }
    let lines = outcome.stdout.split(|byte| *byte == b'\n');
    let messages = lines.filter_map(|line| serde_json::from_slice::<Message>(line).ok());
    Ok(messages
        .filter_map(|message| Some((message.target?.name, message.executable?)))
        .collect())
}

/// Builds the tests that a crate is judged by. Lessons are replayed by one of them, and not built as programs of their own.
pub const BUILD_TESTS: [&str; 3] = ["test", "--tests", "--no-run"];

/// Runs the tests of one crate, then its doc tests. A test that leaves a process behind is found out, as a case would be.
pub fn test(
    root: &Path,
    one: &Crate,
    node: &Node,
    require_peers: bool,
) -> Result<Vec<(String, Outcome)>> {
    let mut outcomes = Vec::new();
    for kind in ["--tests", "--doc"] {
        if kind == "--doc" && !one.dir.join("src/lib.rs").is_file() {
            continue;
        }
        let args = ["test", "-p", &one.name, kind];
        let mut cargo = command(root);
        cargo.args(args).arg("--quiet");
        match &node.path {
            Some(path) => cargo.env("NODE", path),
            None => cargo.env_remove("NODE"),
        };
        if require_peers {
            cargo.env("REQUIRE_PEERS", "1");
        }
        outcomes.push((format!("cargo {}", args.join(" ")), run_aloud(&mut cargo)?));
    }
    Ok(outcomes)
}

/// Returns a cargo as if called by hand: what `cargo run` tells *us* about our package would make it build everything again.
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
