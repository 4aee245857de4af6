//! Cargo, called from inside cargo.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::cases::Crate;
use crate::exit_error::ExitError;
use crate::run::process::{NO_LIMIT, run, run_showing_output};
use crate::run::{End, Node, Outcome, interrupt};

/// Builds the tests that a crate is judged by. Lessons are replayed by one of them, and not built as programs of their own.
pub const BUILD_TESTS: [&str; 3] = ["test", "--tests", "--no-run"];

/// What cargo tells *us* about our package: `cargo run` sets it, and a cargo below would build everything again.
const OURS: &str = "CARGO_MANIFEST_ CARGO_PKG_ CARGO_BIN_ CARGO_CRATE_ CARGO_PRIMARY_ OUT_DIR";

/// The executables of crates, by their names.
pub type Executables = BTreeMap<String, PathBuf>;

/// Builds the crates as `cargo run -p` does, with these arguments, and returns their executables by crate name.
///
/// One by one, so that no neighbour lends a crate a feature.
pub fn build_all(crates: &[&Crate], args: &[&str]) -> Result<Executables> {
    let mut tools = Executables::new();
    for one in crates {
        let built = build(one, &[&["build"], args].concat())?;
        // A crate may have more than one; the one that `cargo run` and its README mean has its name.
        let tool = built.iter().find(|(name, _)| *name == one.name);
        let tool = tool.or(built.first());
        let (_, path) = tool.with_context(|| format!("{} has no executable", one.name))?;
        tools.insert(one.name.clone(), path.clone());
    }
    Ok(tools)
}

/// Runs `cargo build` or `cargo test --no-run` for one crate; returns the executables by target name.
///
/// The paths are what cargo reports: `target/debug/NAME` is a guess that `CARGO_TARGET_DIR` and `build-dir` refute.
pub fn build(one: &Crate, args: &[&str]) -> Result<Vec<(String, PathBuf)>> {
    let mut cargo = command(&one.root);
    cargo.args(args).args(["--package", &one.name]);
    cargo.arg("--message-format=json-render-diagnostics");
    // A cargo that builds shows its progress on stderr.
    let outcome = run_showing_output(cargo.stdout(Stdio::piped()))?;
    interrupt::check()?;
    let is_built = outcome.end == End::Exited(0);
    ensure!(is_built, ExitError::Build(one.name.clone()));
    let lines = outcome.stdout.split(|byte| *byte == b'\n');
    let built = lines.filter_map(|line| {
        let message: Value = serde_json::from_slice(line).ok()?;
        let name = message["target"]["name"].as_str()?.to_owned();
        Some((name, message["executable"].as_str()?.into()))
    });
    Ok(built.collect())
}

/// Runs the tests of one crate, then its doc tests; returns each command with its outcome.
///
/// A test that leaves a process behind is found out, as a case would be.
pub fn test(one: &Crate, node: &Node) -> Result<Vec<(String, Outcome)>> {
    let mut outcomes = Vec::new();
    let mut kinds = vec!["--tests"];
    kinds.extend(one.has_library().then_some("--doc"));
    for kind in kinds {
        let args = ["test", "-p", &one.name, kind];
        let mut cargo = command(&one.root);
        cargo.args(args).arg("--quiet").env_remove("NODE");
        cargo.envs(node.path.as_ref().map(|path| ("NODE", path)));
        cargo.envs(node.is_required.then_some(("REQUIRE_PEERS", "1")));
        // Captured: what a test has started talks to its stderr, too.
        let outcome = run(&mut cargo, None, NO_LIMIT)?;
        outcomes.push((format!("cargo {}", args.join(" ")), outcome));
    }
    Ok(outcomes)
}

/// Returns the folder that cargo writes to.
pub fn target_folder(root: &Path) -> Result<PathBuf> {
    let mut metadata = command(root);
    metadata.args(["metadata", "--no-deps", "--offline", "--format-version=1"]);
    let answer: Value = serde_json::from_slice(&metadata.output()?.stdout)?;
    let folder = answer["target_directory"].as_str();
    Ok(folder.map_or_else(|| root.join("target"), PathBuf::from))
}

/// Returns a cargo as if called by hand.
pub fn command(root: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    cleaned(Command::new(cargo), root)
}

/// Returns the command in `root`, without what the environment has of us.
pub fn cleaned(mut command: Command, root: &Path) -> Command {
    command.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OURS.split(' ').any(|ours| text.starts_with(ours)) {
            command.env_remove(&name);
        }
    }
    command
}
