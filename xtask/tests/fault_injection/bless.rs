//! `bless` writes what the oracle prints, or says why not.

use crate::workspace::Bench;

#[test]
fn what_was_corrupted_is_blessed_back_byte_for_byte() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo hello", "hel\0lo \r\n");
    bench.command("size", "oracle = 'wc -c <letters.txt'", "echo 5", "");

    let ran = bench.run("bless");

    ran.expect(0, &["updated   demo/greet\n", "updated   demo/size\n"]);
    assert_eq!(bench.read("demo/examples/greet.out"), "hello\n");
    assert_eq!(bench.read("demo/golden/02-size.out"), "4\n");
    bench
        .run("bless")
        .expect(0, &["unchanged demo/greet", "unchanged demo/size"]);
    for (folder, files) in [("demo/examples", 3), ("demo/golden", 3)] {
        let there = std::fs::read_dir(bench.path(folder)).unwrap().count();
        assert_eq!(there, files, "a draft stays in {folder}");
    }
}

#[test]
fn a_reader_of_a_golden_file_sees_it_whole_while_it_is_blessed() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo hello", "old\n");
    let mut reader = std::fs::File::open(bench.path("demo/examples/greet.out")).unwrap();

    bench.run("bless").expect(0, &["updated   demo/greet"]);

    assert_eq!(std::io::read_to_string(&mut reader).unwrap(), "old\n");
    let [rust, golden] = ["rs", "out"].map(|end| {
        let file = bench.path(&format!("demo/examples/greet.{end}"));
        std::fs::metadata(file).unwrap().permissions()
    });
    assert_eq!(rust, golden);
}

#[test]
fn only_what_the_filter_chooses_is_touched() {
    let bench = Bench::new();
    bench.lesson("greet", "", "echo hello", "old\n");
    bench.lesson("part", "", "echo bye", "old\n");

    bench
        .run("bless demo/greet")
        .expect(0, &["updated   demo/greet"]);

    assert_eq!(bench.read("demo/examples/part.out"), "old\n");
}

#[test]
fn a_node_program_that_changes_its_mind_is_refused() {
    let bench = Bench::new();
    let count = bench.path("count").display().to_string();
    bench.lesson(
        "dice",
        "",
        &format!("echo x >>{count}; wc -l <{count}"),
        "old\n",
    );

    bench
        .run("bless")
        .expect(1, &["refused   demo/dice: FLAKY"]);

    assert_eq!(bench.read("demo/examples/dice.out"), "old\n");
}

#[test]
fn a_node_program_that_misbehaves_is_refused() {
    for (node, why) in [
        ("echo new; exit 1", "exited with 1 instead of 0"),
        ("echo new; echo oops >&2", "stderr is not as expected"),
        ("echo new; sleep 1000 &", "LEAK"),
        ("echo new; exec sleep 1000", "TIMEOUT"),
    ] {
        let bench = Bench::new();
        bench.lesson("bad", "", node, "old\n");
        bench.write("demo/examples/bad.toml", "timeout = '300ms'");

        bench.run("bless").expect(1, &["refused   demo/bad", why]);

        assert_eq!(bench.read("demo/examples/bad.out"), "old\n");
    }
}

#[test]
fn nothing_is_blessed_in_ci() {
    let bench = Bench::new();
    bench.lesson("greet", "", "echo hello", "old\n");

    bench
        .finish(bench.xtask("bless").env("CI", "true"))
        .expect(1, &["refused: CI=true"]);
    assert_eq!(bench.read("demo/examples/greet.out"), "old\n");

    bench
        .finish(bench.xtask("bless").env("CI", "false"))
        .expect(0, &["updated"]);
}

#[test]
fn no_node_but_24_blesses() {
    for version in ["v22.9.0", "v26.1.0", "v20.1.0"] {
        let bench = Bench::new();
        bench.lesson("greet", "", "echo hello", "old\n");
        bench.node(version);

        bench.run("bless").expect(3, &[version, "only 24 blesses"]);

        assert_eq!(bench.read("demo/examples/greet.out"), "old\n");
    }
}

#[test]
fn rust_blesses_only_what_has_no_oracle_and_only_if_asked() {
    let bench = Bench::new();
    bench.lesson("greet", "echo rust", "echo node", "old\n");
    bench.command("alone", "no_oracle = 'x'", "echo rust", "old\n");

    bench.run("bless alone").expect(4, &[]);
    bench
        .run("bless --from-rust")
        .expect(0, &["updated   demo/alone"]);

    assert_eq!(bench.read("demo/examples/greet.out"), "old\n");
    assert_eq!(bench.read("demo/golden/02-alone.out"), "rust\n");
}

#[test]
fn redactions_survive_and_an_arranged_order_is_left_alone() {
    let bench = Bench::new();
    let redact =
        "redact = [{ name = 'PID', pattern = 'pid (\\d+)' }]\noracle = 'echo pid $$, pid $$'";
    bench.command("pid", redact, "echo pid 1, pid 1", "");
    bench.command(
        "any",
        "order = 'any'\noracle = 'printf \"a\\nb\\n\"'",
        "printf 'b\\na\\n'",
        "b\na\n",
    );

    bench
        .run("bless")
        .expect(0, &["updated   demo/pid\n", "unchanged demo/any\n"]);

    assert_eq!(
        bench.read("demo/golden/02-pid.out"),
        "pid [PID:1], pid [PID:1]\n"
    );
}

#[test]
fn console_blocks_are_written_from_the_commands_they_show() {
    let bench = Bench::new();
    bench.write("rust/cat", "cat \"$2\"");
    let readme = |text: &str| {
        format!(
            "# Demo\n\n```console\n$ demo cat letters.txt\n{text}```\n\n```console\n$ demo cat none\n{text}```\n\nend\n"
        )
    };
    bench.write("demo/README.md", readme("old\n"));

    bench
        .run("bless --readme")
        .expect(0, &["updated   demo/README.md:3"]);

    let told = readme("")
        .replace("letters.txt\n", "letters.txt\nabc\n")
        .replace("none\n", "none\ncat: none: No such file or directory\n");
    assert_eq!(bench.read("demo/README.md"), told);
    bench.run("verify --cases-only").expect(0, &["2 passed"]);
}
