//! Crates that work in their workspace and not in another: the real cargo finds them out, with a registry in a folder.

use std::fs;

use crate::workspace::{Bench, Ran};

const MAIN: &str = "//! Greets.\n\nfn main() { println!(\"hello\"); }\n";

/// A workspace with `greet` and a neighbour; both may use `shared`, which comes from a registry that is a folder.
fn bench(dependencies: &str) -> Bench {
    let bench = Bench::new();
    // The temporary folder must be no part of a workspace.
    fs::remove_file(bench.path("Cargo.toml")).unwrap();
    fs::create_dir_all(bench.path("demo/greet/golden")).unwrap();
    let vendor = bench.path("vendor").display().to_string();
    let source = "[source.crates-io]\nreplace-with = \"vendor\"\n[source.vendor]\ndirectory = ";
    let package = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n")
    };
    for (file, text) in [
        ("home/config.toml", format!("{source}{vendor:?}\n")),
        (
            "vendor/shared/.cargo-checksum.json",
            "{\"files\":{}}".to_owned(),
        ),
        (
            "vendor/shared/Cargo.toml",
            package("shared") + "[features]\nextra = []\n",
        ),
        (
            "vendor/shared/src/lib.rs",
            "#[cfg(feature = \"extra\")]\npub fn extra() {}\n".to_owned(),
        ),
        ("demo/greet/Cargo.toml", package("greet") + dependencies),
        ("demo/greet/src/main.rs", MAIN.to_owned()),
        ("demo/greet/tests/golden.rs", "//! Replays.\n".to_owned()),
        (
            "demo/neighbour/src/lib.rs",
            "//! Lends a feature.\n".to_owned(),
        ),
        (
            "demo/neighbour/Cargo.toml",
            package("neighbour")
                + "[dependencies]\nshared = { version = \"1\", features = [\"extra\"] }\n",
        ),
        (
            "demo/Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"greet\", \"neighbour\"]\n".to_owned(),
        ),
    ] {
        bench.write(file, text);
    }
    bench
}

fn cargo(bench: &Bench, line: &str) -> bool {
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo
        .args(line.split(' '))
        .current_dir(bench.path("demo"))
        .env("CARGO_HOME", bench.path("home"));
    cargo
        .env("CARGO_TARGET_DIR", bench.path("target"))
        .status()
        .unwrap()
        .success()
}

fn standalone(bench: &Bench, line: &str) -> Ran {
    assert!(cargo(bench, "generate-lockfile"));
    let mut xtask = bench.xtask(line);
    xtask
        .env("CARGO", env!("CARGO"))
        .env("CARGO_HOME", bench.path("home"));
    bench.finish(&mut xtask)
}

#[test]
fn a_crate_that_stands_alone_passes_isolated_and_in_a_foreign_workspace() {
    let bench = bench("[dependencies]\nshared = \"1\"\n");

    let ran = standalone(&bench, "standalone greet");

    ran.expect(
        0,
        &[
            "pass greet: test",
            "pass greet: lessons in a foreign workspace",
            "3 steps passed, 0 failed",
        ],
    );
    standalone(&bench, "standalone --fresh").expect(0, &["3 steps passed"]);
    standalone(&bench, "standalone unknown").expect(4, &[]);
}

#[test]
fn a_feature_that_only_a_neighbour_turns_on_is_missed() {
    let bench = bench("[dependencies]\nshared = \"1\"\n");
    bench.write(
        "demo/greet/src/main.rs",
        "//! Greets.\n\nfn main() { shared::extra(); }\n",
    );

    assert!(
        cargo(&bench, "check --quiet"),
        "in the workspace all is well"
    );
    standalone(&bench, "standalone").expect(
        1,
        &[
            "cannot find function `extra`",
            "FAILED greet: check: `cargo check`",
        ],
    );
}

#[test]
fn a_test_that_looks_for_its_workspace_fails() {
    let bench = bench("");
    let test = "#[test]\nfn runs() {\n    let target = std::path::Path::new(env!(\"CARGO_MANIFEST_DIR\")).parent().unwrap();\n    \
                assert!(target.join(\"neighbour\").exists());\n}\n";
    bench.write("demo/greet/tests/run.rs", test);

    standalone(&bench, "standalone").expect(
        1,
        &[
            "assertion failed",
            "FAILED greet: test: `cargo test --tests --locked`",
        ],
    );
}

#[test]
fn what_tidy_sees_is_not_even_built() {
    for (file, text, finding) in [
        (
            "demo/greet/Cargo.toml",
            "[dependencies]\nneighbour = { path = \"../neighbour\" }\n",
            "greet/Cargo.toml:6: `neighbour` is a path dependency",
        ),
        (
            "demo/greet/Cargo.toml",
            "[lints]\nworkspace = true\n",
            "greet/Cargo.toml:6: `workspace = true`",
        ),
        (
            "demo/greet/src/main.rs",
            "const A: &str = include_str!(\"../../README.md\");\n",
            "greet/src/main.rs:4: ../../README.md is above",
        ),
        (
            "demo/greet/tests/run.rs",
            "const A: &str = \"../target/debug/greet\";\n",
            "greet/tests/run.rs:1: the folder of executables",
        ),
    ] {
        let bench = bench("");
        let before = if bench.path(file).exists() {
            bench.read(file)
        } else {
            String::new()
        };
        bench.write(file, before + text);

        bench.run("standalone").expect(
            1,
            &["FAILED greet: tidy", finding, "0 steps passed, 1 failed"],
        );
    }
}

#[test]
fn lessons_parts_and_lowest_versions_are_tried() {
    let bench = bench(
        "[features]\ndefault = [\"cli\"]\ncli = []\nextra = []\n\
         [dependencies]\nshared = \"1\"\n\
         [[bin]]\nname = \"greet\"\npath = \"src/main.rs\"\nrequired-features = [\"cli\"]\n",
    );
    let lib = "//! Greets.\npub mod extra;\n\n/// Greets.\npub fn hi() {}\n";
    for (file, text) in [
        ("src/lib.rs", lib),
        ("src/extra/mod.rs", "//! Greets more.\n"),
        ("src/tour.rs", "//! Tours.\n"),
        ("examples/greet.rs", "fn main() { greet::hi() }\n"),
        ("examples/greet.mjs", "console.log(1);\n"),
        ("tests/golden.rs", "//! Replays.\n"),
    ] {
        bench.write(&format!("demo/greet/{file}"), text);
    }

    standalone(&bench, "standalone greet").expect(
        1,
        &[
            "pass greet: lessons as programs",
            "begin greet: without the tool\npass greet: without the tool",
            "FAIL greet: without extra",
            "`cargo check --no-default-features --lib`; again: `cargo xtask standalone greet`",
        ],
    );
    bench.write(
        "demo/greet/src/lib.rs",
        lib.replace("pub mod", "#[cfg(feature = \"extra\")]\npub mod"),
    );
    standalone(&bench, "standalone --minimal").expect(0, &["2 steps passed, 0 failed"]);
    bench.write(
        "demo/greet/examples/greet.rs",
        "fn main() { greet::gone() }\n",
    );

    standalone(&bench, "standalone --fresh greet").expect(
        1,
        &[
            "FAILED greet: lessons as programs",
            "again: `cargo xtask standalone --fresh greet`",
        ],
    );
}
