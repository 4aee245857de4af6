//! One fault for each rule, in a workspace that follows all of them, and a crate that is copied out of it.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::workspace::{Bench, Ran};

const MANIFEST: &str = r#"[package]
name = "streams"
version = "0.1.0"
edition = "2024"
rust-version = "1.89"
license = "MIT-0"
publish = false

[lints.rust]
missing_docs = "warn"
"#;
const README: &str = "# streams\n\n```rust\nfn main() {}\n```\n\n## What Node has, what stands here\n\n| Node | lesson |\n|---|---|\n\
                      | `ls` | [`greet`](examples/greet.rs) |\n\n## Run it\n\n## Install it\n\n## Differences from Node\n\n## Copy it\n\n## Figures\n";
const NOTES: &str = "## From the notes to the lesson\n\n| in the notes | is here |\n|---|---|\n\
                     | streams | [`greet`](streams/examples/greet.rs) |\n";
const LIB: &str =
    "//! Greets.\n\n#[cfg(doctest)]\n#[doc = include_str!(\"../README.md\")]\nstruct Readme;\n";
const TOUR: &str = "//! Tours.\n\n#[path = \"../examples/greet.rs\"]\nmod greet;\n\n\
                    lessons! {\n    greet \"greet\" \"A greeting\";\n}\n";
const ROOT: &str = "[workspace]\nmembers = [\"streams\"]\ndefault-members = [\"streams\"]\n";

/// A workspace in which all is well.
fn lawful() -> Bench {
    let bench = Bench::new();
    fs::remove_dir_all(bench.path("demo")).unwrap();
    fs::remove_file(bench.path("Cargo.toml")).unwrap();
    for (file, text) in [
        ("Cargo.toml", ROOT),
        ("LICENSE", "Do what you want.\n"),
        ("README.md", NOTES),
        ("streams/Cargo.toml", MANIFEST),
        ("streams/LICENSE", "Do what you want.\n"),
        ("streams/README.md", README),
        ("streams/examples/greet.mjs", "console.log('hello');\n"),
        ("streams/examples/greet.out", "hello\n"),
        (
            "streams/examples/greet.rs",
            "//! `ls`.\n\nfn main() {\n    println!(\"hello\");\n}\n",
        ),
        ("streams/src/lib.rs", LIB),
        ("streams/src/main.rs", "//! Greets.\n\nfn main() {}\n"),
        ("streams/src/tour.rs", TOUR),
        ("streams/tests/golden.rs", "//! Replays.\n"),
        ("streams/target/debug/streams", "a product"),
    ] {
        bench.write(&format!("demo/{file}"), text);
    }
    bench
}

/// What `tidy` says when this is added to a file.
fn inject(file: &str, text: &str) -> Ran {
    let bench = lawful();
    let file = format!("demo/{file}");
    let before = if bench.path(&file).exists() {
        bench.read(&file)
    } else {
        String::new()
    };
    bench.write(&file, before + text);
    bench.run("tidy")
}

#[test]
fn a_lawful_tree_passes() {
    lawful().run("tidy").expect(0, &[" 0 findings"]);
}

#[test]
fn each_fault_is_named_with_its_line_its_rule_and_how_to_mend_it() {
    for (file, text, finding) in [
        (
            "streams/Cargo.toml",
            "[dependencies]\nb = { path = \"../b\" }\n",
            "streams/Cargo.toml:12: `b` is a path dependency",
        ),
        (
            "streams/Cargo.toml",
            "[dependencies]\nb = { git = \"u\" }\n",
            "streams/Cargo.toml:12: `b` is a git dependency",
        ),
        (
            "streams/Cargo.toml",
            "[dependencies]\nb.workspace = true\n",
            "streams/Cargo.toml:12: `workspace = true`",
        ),
        (
            "streams/Cargo.toml",
            "[profile.dev]\n",
            "[profile] works in the root",
        ),
        (
            "streams/Cargo.toml",
            "[[test]]\nname = \"a\"\npath = \"../a.rs\"\n",
            "streams/Cargo.toml:13: ../a.rs is above",
        ),
        (
            "streams/src/main.rs",
            "const A: &str = include_str!(\"../../README.md\");\n",
            "streams/src/main.rs:4: ../../README.md is above",
        ),
        (
            "streams/src/main.rs",
            "const A: &str = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../a\");\n",
            "streams/src/main.rs:4: ../a is above",
        ),
        (
            "streams/src/main.rs",
            "const A: &str = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/src/../../a\");\n",
            "streams/src/main.rs:4: src/../../a is above",
        ),
        (
            "streams/src/main.rs",
            "#[cfg(test)]\nmod q;\nfn a() { b().unwrap(); }\n",
            "streams/src/main.rs:6: unwrap",
        ),
        (
            "streams/README.md",
            "[a][b]\n\n[b]: gone.md\n",
            "streams/README.md:24: gone.md is not there",
        ),
        (
            "README.md",
            "| timers | [`a`](streams/README.md) |\n",
            "README.md:6: this line of the notes leads to no lesson",
        ),
        (
            "streams/src/main.rs",
            "#[path = \"../../a.rs\"]\nmod a;\n",
            "streams/src/main.rs:4: ../../a.rs is above",
        ),
        (
            "streams/tests/run.rs",
            "const A: &str = \"target/debug/streams\";\n",
            "streams/tests/run.rs:1: the folder of executables is guessed",
        ),
        (
            "streams/src/new.rs",
            "fn new() {}\n",
            "streams/src/new.rs:1: it does not say",
        ),
        (
            "streams/src/main.rs",
            "fn a() { b().unwrap(); }\n",
            "streams/src/main.rs:4: unwrap",
        ),
        (
            "streams/README.md",
            "[a](../README.md)\n",
            "streams/README.md:22: ../README.md is above",
        ),
        (
            "streams/README.md",
            "[a](src/gone.rs)\n",
            "streams/README.md:22: src/gone.rs is not there",
        ),
        (
            "README.md",
            "| timers | later |\n",
            "README.md:6: this line of the notes leads to no lesson",
        ),
        (
            "streams/examples/bye.rs",
            "//! Bye.\n",
            "the lesson `bye` has no Node side (lesson is whole); write the Node program",
        ),
        (
            "streams/examples/bye.rs",
            "//! Bye.\n",
            "streams/README.md:1: the lesson `bye` has no link in the README",
        ),
        (
            "streams/examples/bye.rs",
            "//! Bye.\n",
            "streams/src/tour.rs:1: the lesson `bye` has no place in the tour",
        ),
        (
            "streams/src/tour.rs",
            "lessons! {\n    gone \"gone\" \"A lesson\";\n}\n",
            "streams/src/tour.rs:10: the tour has a lesson `gone` that is not in examples/",
        ),
        (
            "streams/src/tour.rs",
            "lessons! {\n    gone \"../examples/gone.rs\" \"gone\"\n        \"A lesson\";\n}\n",
            "streams/src/tour.rs:10: the tour has a lesson `gone` that is not in examples/",
        ),
        (
            "streams/examples/bye.mjs",
            "",
            "the lesson `bye` has no golden file (lesson is whole); `cargo xtask bless",
        ),
        (
            "streams/examples/bye.mjs",
            "",
            "streams/examples/bye.rs:1: the lesson `bye` has no Rust side",
        ),
        (
            "streams/examples/greet.mjs",
            &"/".repeat(101),
            "streams/examples/greet.mjs:2: a lesson has at most 100 columns",
        ),
        (
            "streams/examples/greet.rs",
            &"call();\n".repeat(9),
            "examples/greet.rs:1: the Rust side is 3.90 times as long",
        ),
        (
            "streams/examples/greet.rs",
            "call();\n",
            "streams/examples:1: in the median, a lesson is 1.24 times as long",
        ),
        (
            "streams/benches/a.svg",
            "<svg/>",
            "streams/benches/a.svg:1: no text shows this picture",
        ),
        (
            "streams/README.md",
            "<!-- bench:a -->\n<!-- /bench:a -->\n",
            "streams/README.md:22: an empty figure",
        ),
        (
            "streams/README.md",
            "<!-- bench:a -->\n\n<!-- /bench:a -->\n",
            "streams/README.md:22: an empty figure",
        ),
        (
            "streams/LICENSE",
            "But.\n",
            "streams/LICENSE:1: it is not the licence of the root",
        ),
        (
            "streams/src/main.rs",
            "// Whoever reads it.\n",
            "streams/src/main.rs:4: a private turn of words: Whoever",
        ),
        (
            "streams/README.md",
            "There is nobody.\n",
            "streams/README.md:22: a private turn of words",
        ),
        (
            "CONTRIBUTING.md",
            "There is nobody.\n",
            "CONTRIBUTING.md:1: a private turn of words: nobody",
        ),
        (
            "notes.txt",
            "",
            "notes.txt:1: `notes.txt` does not belong to the top level",
        ),
    ] {
        inject(file, text).expect(1, &[finding]);
    }
}

#[test]
fn a_crate_is_named_once_and_belongs_to_the_top_level_by_its_manifest() {
    let bench = lawful();
    bench.write(
        "demo/timers/Cargo.toml",
        MANIFEST.replace("streams", "timers"),
    );
    bench.write("demo/timers/src/lib.rs", "//! Timers.\n");

    bench
        .run("tidy")
        .expect(
            1,
            &["timers/Cargo.toml:1: `timers` does not belong to the top level (top level); name it in `members`"],
        )
        .lacks("timers/src/lib.rs:1: `timers` does not belong");

    bench.write(
        "demo/Cargo.toml",
        ROOT.replace("\"streams\"]", "\"streams\", \"timers\", \"timers\"]"),
    );
    let named = "Cargo.toml:2: `members` names timers 2 times";
    bench.run("tidy").expect(1, &[named]).lacks("top level");
}

#[test]
fn a_new_crate_made_by_the_recipe_in_contributing_passes() {
    let bench = Bench::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    // This workspace as git knows it, and a crate that takes over the shape of the test workspace above.
    let files = std::process::Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(&root)
        .output()
        .unwrap();
    for file in String::from_utf8(files.stdout)
        .unwrap()
        .split_terminator('\0')
    {
        bench.write(
            &format!("copy/{file}"),
            fs::read(root.join(file)).unwrap_or_default(),
        );
    }
    let old = bench.read("copy/Cargo.toml");
    let named = old.replace(
        "members = [\"buffers\"",
        "members = [\"timers\", \"buffers\"",
    );
    assert_eq!(named.matches("timers").count(), 2, "{named}");
    bench.write("copy/Cargo.toml", named);
    let buffers = bench.read("copy/buffers/Cargo.toml");
    let lints = &buffers[buffers.find("[lints").unwrap()..];
    let manifest = MANIFEST.replace("\"streams\"", "\"timers\"");
    let manifest = manifest[..manifest.find("[lints").unwrap()].to_owned() + lints;
    for (file, text) in [
        ("Cargo.toml", manifest),
        ("README.md", README.replace("greet", "greet-late")),
        ("LICENSE", bench.read("copy/LICENSE")),
        (
            "examples/greet-late.mjs",
            "console.log('hello');\n".to_owned(),
        ),
        ("examples/greet-late.out", "hello\n".to_owned()),
        (
            "examples/greet-late.rs",
            "//! `ls`.\n\nfn main() {\n    println!(\"hello\");\n}\n".to_owned(),
        ),
        ("src/lib.rs", LIB.to_owned()),
        ("src/main.rs", "//! Greets.\n\nfn main() {}\n".to_owned()),
        (
            "src/tour.rs",
            TOUR.replace("greet.rs", "greet-late.rs")
                .replace("\"greet\"", "\"greet-late\""),
        ),
        (
            "tests/golden.rs",
            bench.read("copy/buffers/tests/golden.rs"),
        ),
    ] {
        bench.write(&format!("copy/timers/{file}"), text);
    }

    let mut xtask = bench.xtask("tidy");
    bench
        .finish(xtask.current_dir(bench.path("copy")))
        .expect(0, &[" 0 findings"]);
    bench.write("copy/timers/LICENSE", "");
    let mut xtask = bench.xtask("tidy");
    bench
        .finish(xtask.current_dir(bench.path("copy")))
        .expect(1, &["timers/LICENSE:1"]);
}

#[test]
fn a_lesson_may_be_longer_for_a_reason_and_has_its_name_alone() {
    let bench = lawful();
    let long =
        "//! Longer than the Node program: no closures.\n\n".to_owned() + &"call();\n".repeat(9);
    bench.write("demo/streams/examples/greet.rs", long);
    bench
        .run("tidy")
        .expect(1, &["in the median"])
        .lacks("the most; shorten it");

    let bench = lawful();
    bench.write(
        "demo/buffers/Cargo.toml",
        MANIFEST.replace("streams", "buffers"),
    );
    bench.write("demo/buffers/examples/greet.mjs", "");
    bench
        .run("tidy")
        .expect(1, &["`greet` is a lesson of buffers too"]);
}

#[test]
fn what_is_no_fault_is_let_through() {
    let text = "/// a.unwrap()\nconst A: &str = include_str!(\"../README.md\");\n#[cfg(test)]\nmod t { fn a() { b().unwrap(); } }\n";

    inject("streams/src/main.rs", text).expect(0, &[]);
    inject(
        "streams/README.md",
        "```sh\n[a](gone)\n```\n[b](https://a.b) [c](#run-it)\n",
    )
    .expect(0, &[]);
}

#[test]
fn crates_that_differ_are_named() {
    let bench = lawful();
    let other = MANIFEST
        .replace("\"MIT-0\"", "\"MIT\"")
        .replace("\"warn\"", "\"deny\"");
    bench.write(
        "demo/streams/Cargo.toml",
        format!("{MANIFEST}[dependencies]\na = \"1\"\n"),
    );
    bench.write(
        "demo/xtask/Cargo.toml",
        format!("{other}[dependencies]\na = {{ version = \"1.2\" }}\n"),
    );
    bench.write("demo/buffers/Cargo.toml", MANIFEST);
    bench.write(
        "demo/buffers/README.md",
        README.replace("## Run it", "## Walk it"),
    );
    bench.write(
        "demo/buffers/tests/golden.rs",
        "//! Replays.\n\nfn main() {}\n",
    );

    bench.run("tidy").expect(
        1,
        &[
            "xtask/Cargo.toml:6: `license` is \"MIT\" (manifest fields); write `license = \"MIT-0\"`",
            "xtask/Cargo.toml:12: `a` is \"1.2\" here and \"1\" in streams/Cargo.toml",
            "xtask/Cargo.toml:9: its lints are not those of the other crates (one lints table); make it equal to",
            "buffers/README.md:7: `## Run it` is missing or out of order",
            "streams/tests/golden.rs:1: it is not what stands in the other crates (one golden test); make it equal to buffers/tests/golden.rs",
        ],
    );
}

#[test]
fn a_root_of_its_own_and_a_heading_in_a_block_are_no_way_out() {
    let bench = lawful();
    bench.write(
        "demo/streams/Cargo.toml",
        MANIFEST.replace("publish", "workspace = \"..\"\npublish"),
    );
    bench.write(
        "demo/streams/README.md",
        README.replace("## Copy it", "```md\n## Copy it\n```"),
    );

    bench.run("tidy").expect(
        1,
        &[
            "streams/Cargo.toml:7: `workspace` names a root that a copy would lack",
            "streams/README.md:17: `## Copy it` is missing or out of order",
        ],
    );
}

#[test]
fn a_link_out_of_the_crate_is_named() {
    let bench = lawful();
    symlink("../../README.md", bench.path("demo/streams/src/notes.md")).unwrap();

    bench.run("tidy").expect(
        1,
        &["streams/src/notes.md:1: the link leads out of the crate, to ../../README.md"],
    );
}

#[test]
fn a_path_of_a_machine_is_named() {
    let text = ["// see /ho", "me/me/notes\n"].concat();

    inject("streams/src/main.rs", &text).expect(
        1,
        &["streams/src/main.rs:4: a path that only one machine has"],
    );
}

#[test]
fn a_copy_has_all_but_the_products_and_its_new_home_is_told() {
    let bench = lawful();
    let copy = |line: &str| {
        let mut xtask = bench.xtask(line);
        bench.finish(xtask.env("CARGO", env!("CARGO")))
    };

    copy("copy streams ../alone/streams").expect(
        0,
        &[
            "10 files",
            "nothing is needed",
            "streams = { path = \"../streams\" }",
        ],
    );
    assert_eq!(bench.read("alone/streams/examples/greet.out"), "hello\n");
    assert!(!bench.path("alone/streams/target").exists());
    copy("copy streams ../alone/streams").expect(2, &["is no empty folder"]);

    bench.write("app/Cargo.toml", "[workspace]\nmembers = []\n");
    copy("copy streams ../app/crates/streams")
        .expect(0, &["add to members in", "\"crates/streams\""]);
    fs::remove_dir_all(bench.path("app/crates")).unwrap();
    bench.write("app/Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n");
    copy("copy streams ../app/crates/s2")
        .expect(0, &["a member of", "streams = { path = \"../crates/s2\" }"])
        .lacks("add to members")
        .lacks("beside it");
    bench.write("pack/Cargo.toml", "[package]\nname = \"pack\"\n");
    copy("copy streams ../pack/streams").expect(
        0,
        &[
            "pack/Cargo.toml adds to its [dependencies]",
            "streams = { path = \"streams\" }",
        ],
    );
    copy("copy nothing ../x").expect(4, &["nothing matches \"nothing\""]);
}

#[test]
fn a_place_that_is_none_is_refused_and_nothing_written() {
    let bench = lawful();
    fs::create_dir(bench.path("empty")).unwrap();
    symlink("empty", bench.path("link")).unwrap();
    bench.write("file", "");

    for (dest, why) in [
        ("../link", "is a link"),
        ("../file", "no empty folder"),
        ("../file/streams", "is a file"),
        ("streams/inner", "inside this workspace"),
        ("new", "inside this workspace"),
    ] {
        bench.run(&format!("copy streams {dest}")).expect(2, &[why]);
    }

    assert!(!bench.path("demo/new").exists() && !bench.path("demo/streams/inner").exists());
    assert!(fs::read_dir(bench.path("empty")).unwrap().next().is_none());
}

#[test]
fn an_empty_folder_keeps_its_mode() {
    let bench = lawful();
    let home = bench.path("private");
    fs::create_dir(&home).unwrap();
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).unwrap();

    bench
        .run("copy streams ../private")
        .expect(0, &["10 files"]);

    let mode = fs::metadata(&home).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn what_would_not_stand_alone_is_not_copied() {
    let bench = lawful();
    bench.write(
        "demo/streams/Cargo.toml",
        format!("{MANIFEST}[dependencies]\nb = {{ path = \"../b\" }}\n"),
    );

    bench
        .run("copy streams ../app")
        .expect(1, &["`b` is a path dependency", "not copied"]);

    assert!(!bench.path("app").exists());
}
