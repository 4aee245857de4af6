//! Replays the lessons of this crate against their transcripts `examples/NAME.out`, which Node wrote.
//!
//! The same file stands in every crate and needs nothing but std, so that a copied crate still proves them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[test]
fn every_lesson_prints_what_its_node_program_printed() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = fs::read_dir(folder).expect("a folder of lessons");
    let files = files.map(|file| file.expect("a readable folder").path());
    let is_node = |file: &PathBuf| file.extension().is_some_and(|end| end == "mjs");
    let mut programs: Vec<_> = files.filter(is_node).collect();
    programs.retain(|program| is_replayed(program));
    programs.sort();
    assert!(!programs.is_empty(), "no lessons");

    for program in programs {
        let lesson = program.file_stem().expect("NAME.mjs").to_string_lossy();
        let lesson = lesson.as_ref();
        let expected = fs::read_to_string(program.with_extension("out")).expect("a transcript");
        let folder = fresh_copy(&program.with_file_name("fixtures"), lesson);
        let variable = env!("CARGO_PKG_NAME").to_uppercase().replace('-', "_") + "_LESSON";

        let run = binary()
            .args(["tour", lesson])
            .env(variable, lesson)
            .current_dir(&folder)
            .output();

        fs::remove_dir_all(&folder).expect("the folder is ours");
        let run = run.expect("the lesson starts");
        let stderr = String::from_utf8_lossy(&run.stderr);
        assert!(
            run.status.success() && stderr.is_empty(),
            "{lesson}: {}\n{stderr}",
            run.status
        );
        assert_eq!(String::from_utf8_lossy(&run.stdout), expected, "{lesson}");
    }
}

/// Returns whether a lesson follows the general rule; `NAME.toml` beside it says what differs.
fn is_replayed(program: &Path) -> bool {
    let rules = fs::read_to_string(program.with_extension("toml")).unwrap_or_default();
    let mut rules = rules
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    rules.all(|rule| rule.starts_with("serial =") || (cfg!(unix) && rule == "unix = true"))
}

/// Returns the binary of this crate, started by cargo's runner where the target needs an emulator.
fn binary() -> Command {
    let program = env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME")));
    let target = format!("CARGO_TARGET_{}_", env::consts::ARCH.to_uppercase());
    let runner =
        env::vars().find(|(name, _)| name.starts_with(&target) && name.ends_with("_RUNNER"));
    // Under Wine, a Windows program starts another one by itself.
    let runner = runner
        .filter(|_| cfg!(unix))
        .map(|(_, runner)| runner)
        .unwrap_or_default();
    let mut words = runner.split_whitespace().chain([program]);
    let mut command = Command::new(words.next().unwrap_or(program));
    command.args(words);
    command
}

/// Makes a folder for one lesson, with the fixtures in it if there are any.
fn fresh_copy(fixtures: &Path, lesson: &str) -> PathBuf {
    let name = format!("{}-{lesson}-{}", env!("CARGO_PKG_NAME"), std::process::id());
    let folder = env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("a temporary folder");
    for file in fs::read_dir(fixtures).into_iter().flatten() {
        let file = file.expect("a readable folder");
        fs::copy(file.path(), folder.join(file.file_name())).expect("a fixture is a file");
    }
    folder
}
