//! The same with the real cargo: a crate that is built, tested and run.

use crate::workspace::{Bench, Ran};

const MAIN: &str = r#"
fn main() {
    let lesson = std::env::args().nth(2).unwrap_or_default();
    println!("{}", if lesson == "--list" { "greet  says hello" } else { "hello" });
}

#[test]
fn holds() {
    assert!(std::env::var("BREAK").is_err(), "broken on purpose");
}
"#;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write(
        "demo/Cargo.toml",
        "[package]\nname = \"demo\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    bench.write("demo/src/main.rs", MAIN);
    bench.lesson("greet", "", "echo hello", "hello\n");
    bench
}

fn run(bench: &Bench, line: &str, variable: &str) -> Ran {
    let mut xtask = bench.xtask(line);
    xtask
        .env("CARGO", env!("CARGO"))
        .env("CARGO_TARGET_DIR", bench.path("target"))
        .env(variable, "1");
    bench.finish(&mut xtask)
}

#[test]
fn a_crate_is_built_tested_and_run() {
    let bench = bench();

    run(&bench, "verify", "NONE").expect(0, &["2 passed, 0 failed, 0 skipped"]);
    run(&bench, "verify", "BREAK").expect(1, &["1 passed, 1 failed", "broken on purpose"]);

    bench.write("demo/src/main.rs", "fn main() { no such thing }");
    run(&bench, "verify", "NONE").expect(101, &["could not build demo"]);
    run(&bench, "bless", "NONE").expect(0, &["unchanged demo/greet\n"]);
}
