//! Replays the lessons of this crate against their transcripts in `golden/`, which Node wrote.
//!
//! The same file stands in every crate and needs nothing but std, so that a copied crate still proves them.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

#[test]
fn every_lesson_prints_what_its_node_twin_printed() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let files = fs::read_dir(&golden).expect("golden/ is there");
    let mut twins: Vec<_> = files
        .map(|file| file.expect("a readable folder").path())
        .collect();
    // A lesson with a .toml is compared by other rules than these.
    twins.retain(|file| {
        file.extension().is_some_and(|end| end == "mjs") && !file.with_extension("toml").exists()
    });
    twins.sort();
    assert!(!twins.is_empty(), "no lessons in {}", golden.display());

    for twin in twins {
        let stem = twin.file_stem().expect("NN-name.mjs").to_string_lossy();
        let (_, lesson) = stem.split_once('-').expect("NN-name.mjs");
        let expected = fs::read(twin.with_extension("out")).expect("a transcript beside the twin");
        let folder = fresh_copy(&golden.join("fixtures"), &stem);

        let run = Command::new(env!(concat!("CARGO_BIN_EXE_", env!("CARGO_PKG_NAME"))))
            .args(["tour", lesson])
            .current_dir(&folder)
            .output()
            .expect("the lesson starts");

        fs::remove_dir_all(&folder).expect("the folder is ours");
        let (stdout, stderr) = (
            String::from_utf8_lossy(&run.stdout),
            String::from_utf8_lossy(&run.stderr),
        );
        assert!(
            run.status.success() && stderr.is_empty(),
            "{lesson}: {}\n{stderr}",
            run.status
        );
        assert_eq!(stdout, String::from_utf8_lossy(&expected), "{lesson}");
    }
}

/// A folder for one lesson, with the fixtures in it if there are any.
fn fresh_copy(fixtures: &Path, stem: &str) -> std::path::PathBuf {
    let name = format!("{}-{stem}-{}", env!("CARGO_PKG_NAME"), std::process::id());
    let folder = env::temp_dir().join(name);
    fs::create_dir_all(&folder).expect("a temporary folder");
    for file in fs::read_dir(fixtures).into_iter().flatten() {
        let file = file.expect("a readable folder");
        fs::copy(file.path(), folder.join(file.file_name())).expect("a fixture is a file");
    }
    folder
}
