//! `ci` runs all steps, goes on after a failure, and says at the end what to run again.

use crate::workspace::Bench;

#[test]
fn a_failure_hides_no_other_and_is_repeated_at_the_end() {
    let bench = Bench::new();
    bench.program(
        "cargo",
        r#"echo "called: $*"; case "$1 $3" in "fmt "|"clippy demo") exit 1;; esac"#,
    );

    let ran = bench.run("ci");

    ran.expect(
        1,
        &[
            "called: clippy --package xtask",
            "== bench: ok",
            "FAILED fmt; again: cargo fmt --check",
            "FAILED clippy-demo; again: cargo clippy --package demo --all-targets -- -D warnings",
            "2 failed",
        ],
    );
}

#[test]
fn features_get_steps_of_their_own_and_docs_their_flags() {
    let bench = Bench::new();
    bench.write(
        "demo/Cargo.toml",
        "[package]\nname = \"demo\"\n[features]\nextra = []\n",
    );
    bench.program("cargo", r#"echo "called: $* ($RUSTDOCFLAGS)""#);

    let ran = bench.run("ci");

    ran.expect(
        0,
        &[
            "called: clippy --package demo --all-targets --all-features",
            "called: doc --workspace --no-deps (-D warnings)",
            "0 failed",
        ],
    );
    bench.run("ci nothing").expect(4, &[]);
}

#[test]
fn other_systems_are_skipped_where_their_compiler_is_missing() {
    let bench = Bench::new();
    bench.program("cargo", "exit 0");
    for (status, exit, says) in [
        (77, 0, "other-systems: skipped"),
        (1, 1, "FAILED other-systems; again: .ci/other-systems all"),
    ] {
        bench.program(
            ".ci/other-systems",
            &format!("echo called: $*; exit {status}"),
        );
        let ran = bench.run("ci --node skip other-systems");
        ran.expect(exit, &["called: all", says]);
    }
}

#[test]
fn where_all_must_be_there_the_book_is_made_and_its_tests_are_not_skipped() {
    let bench = Bench::new();
    bench.program("cargo", r#"echo "called: $* ($REQUIRE_PEERS)""#);

    let ran = bench.run("ci book test-xtask --node require");

    ran.expect(
        0,
        &[
            "called: xtask book --node require ()",
            "called: test --package xtask --quiet (1)",
        ],
    );
}
