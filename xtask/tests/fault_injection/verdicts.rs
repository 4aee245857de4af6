//! Whatever is wrong with a case, `verify` says which side it is.

use crate::workspace::Bench;

#[test]
fn what_agrees_passes_and_the_last_line_counts_the_oracle() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo hello", "hello\n");
    bench.command(
        "size",
        "oracle = 'wc -c <letters.txt'",
        "wc -c <letters.txt",
        "4\n",
    );
    bench.command(
        "alone",
        "no_oracle = 'only we can'",
        "echo alone",
        "alone\n",
    );

    let ran = bench.run("verify");

    ran.expect(
        0,
        &["4 passed, 0 failed, 0 skipped (node v24.1.2; an oracle checked 2 of 3 cases)"],
    );
}

#[test]
fn a_rust_side_that_strays_is_named() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hullo", "echo hello", "hello\n");

    bench.run("verify").expect(
        1,
        &[
            "Rust differs from Node",
            "-hello",
            "+hullo",
            "cargo xtask verify demo/greet\n",
        ],
    );
}

#[test]
fn a_golden_file_that_both_sides_contradict_is_stale() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo hello", "hullo\n");

    bench
        .run("verify")
        .expect(1, &["golden is stale", "cargo xtask bless demo/greet"]);
}

#[test]
fn a_node_program_that_strays_is_named() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo hullo", "hello\n");

    bench
        .run("verify")
        .expect(1, &["golden and Rust agree but Node does not", "+hullo"]);
}

#[test]
fn three_opinions_are_shown_as_two_diffs() {
    let bench = Bench::new();
    bench.lesson("greet", "echo rust", "echo node", "gold\n");

    bench
        .run("verify")
        .expect(1, &["Rust, Node and golden all differ", "+rust", "+node"]);
}

#[test]
fn an_oracle_that_is_a_command_is_believed_like_node() {
    let bench = Bench::new();
    bench.command("size", "oracle = 'wc -c <letters.txt'", "echo 5", "4\n");

    bench
        .run("verify")
        .expect(1, &["Rust differs from the oracle", "-4", "+5"]);
}

#[test]
fn a_changed_byte_is_seen_wherever_it_is() {
    for golden in [
        "hello world",
        "hello world\n\n",
        "hello world \n",
        "Hello world\n",
        "",
        "hello\tworld\n",
        "hello world\r\n",
    ] {
        let bench = Bench::new();
        bench.lesson("greet", "echo hello world", "echo hello world", golden);

        bench
            .run("verify --cases-only")
            .expect(1, &["golden is stale", "1 failed"]);
    }
}

#[test]
fn differences_that_cannot_be_seen_are_made_visible() {
    let bench = Bench::new();
    bench.lesson("space", "printf 'a \\n'", "printf 'a\\n'", "a\n");
    bench.lesson("tab", "printf 'a\\tb\\n'", "printf 'a b\\n'", "a b\n");
    bench.lesson("return", "printf 'a\\r\\n'", "printf 'a\\n'", "a\n");
    bench.lesson("newline", "printf 'a'", "printf 'a\\n'", "a\n");
    bench.lesson("bytes", "printf 'a\\377b\\n'", "printf 'ab\\n'", "ab\n");

    let ran = bench.run("verify --cases-only");

    ran.expect(
        1,
        &[
            "+a·",
            "+a␉b",
            "+a␍",
            "\\ no newline at the end",
            "+a\\xffb",
            "0 passed, 5 failed",
        ],
    );
}

#[test]
fn output_that_is_no_text_may_be_golden() {
    let bench = Bench::new();
    bench.lesson(
        "bytes",
        "printf '\\377\\000\\n'",
        "printf '\\377\\000\\n'",
        b"\xff\0\n",
    );

    bench.run("verify --cases-only").expect(0, &["1 passed"]);
}

#[test]
fn a_missing_golden_file_fails() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo hello", "");
    bench.command("alone", "no_oracle = 'x'", "echo rust", "");
    std::fs::remove_file(bench.path("demo/examples/greet.out")).unwrap();
    std::fs::remove_file(bench.path("demo/golden/02-alone.out")).unwrap();

    bench.run("verify").expect(
        1,
        &[
            "missing golden: `cargo xtask bless demo/greet`",
            "missing golden: `cargo xtask bless --from-rust demo/alone`",
        ],
    );
}

#[test]
fn a_missing_node_program_fails() {
    let bench = Bench::new();
    bench.write("demo/examples/greet.out", "hello\n");

    bench
        .run("verify")
        .expect(1, &["demo/examples/greet: orphan: there is no greet.mjs"]);
}

#[test]
fn an_oracle_that_wavers_fails_nothing_and_is_named() {
    let bench = Bench::new();
    let turns = bench.path("turns").display().to_string();
    // Right every other time.
    let waver =
        format!("echo x >>{turns}; [ $(($(wc -l <{turns}) % 2)) = 0 ] && echo hello || echo late");
    bench.lesson("waver", "echo hello", &waver, "hello\n");
    bench.lesson(
        "late-once",
        "echo hello",
        &format!("[ -e {turns}-2 ] && echo hello || echo late; touch {turns}-2"),
        "hello\n",
    );

    let ran = bench.run("verify --cases-only --jobs 2 --node require");

    ran.expect(
        0,
        &[
            "1 passed, 0 failed, 0 skipped",
            "1 undecided, since the oracle wavers: demo/waver)",
            "\ndemo/waver\n  demo/examples/waver.mjs\n",
            "golden and Rust agree but Node does not",
            "+late",
        ],
    );
}

#[test]
fn an_oracle_that_always_hangs_costs_two_limits() {
    let bench = Bench::new();
    let turns = bench.path("turns");
    let hang = format!("echo x >>{}; exec sleep 1000", turns.display());
    bench.lesson("hang", "echo hello", &hang, "hello\n");
    bench.write("demo/examples/hang.toml", "timeout = '1s'");

    bench.run("verify --cases-only").expect(
        0,
        &[
            "TIMEOUT: Node still ran after 1s",
            "begin demo/hang: its oracle is asked again",
            "0 passed, 0 failed, 0 skipped",
            "1 undecided",
        ],
    );

    assert_eq!(bench.read("turns"), "x\nx\n");
}

#[test]
fn an_oracle_that_is_late_and_right_so_far_fails_nothing_and_one_that_is_wrong_does() {
    let bench = Bench::new();
    bench.lesson("late", "echo 1", "echo 1; exec sleep 1000", "1\n");
    bench.lesson("wrong", "echo 1", "echo 2; exec sleep 1000", "1\n");
    // Late when it is asked first, and then it says something else.
    let turn = bench.path("turn").display().to_string();
    let both = format!("[ -e {turn} ] || {{ touch {turn}; exec sleep 1000; }}; echo 2");
    bench.lesson("wrong-then", "echo 1", &both, "1\n");
    for name in ["late", "wrong", "wrong-then"] {
        bench.write(&format!("demo/examples/{name}.toml"), "timeout = '1s'");
    }

    bench.run("verify --cases-only --node require").expect(
        1,
        &[
            "0 passed, 2 failed, 0 skipped",
            "1 undecided, since the oracle wavers: demo/late)",
            "again: cargo xtask verify --node require demo/late\n",
            "failed:\n  demo/wrong: TIMEOUT",
            "  demo/wrong-then: golden and Rust agree but Node does not",
        ],
    );
}

#[test]
fn an_oracle_that_is_never_right_fails_also_if_it_says_something_else_each_time() {
    let bench = Bench::new();
    bench.lesson("random", "echo hello", "date +%N", "hello\n");

    bench
        .run("verify --cases-only --node require")
        .expect(1, &["0 passed, 1 failed"]);
}

#[test]
fn an_oracle_that_wavers_excuses_nothing_on_our_side() {
    let bench = Bench::new();
    let turns = bench.path("turns").display().to_string();
    let waver =
        format!("echo x >>{turns}; [ $(($(wc -l <{turns}) % 2)) = 0 ] && echo hello || echo late");
    bench.lesson("waver", "echo hullo", &waver, "hello\n");

    bench
        .run("verify --cases-only")
        .expect(1, &["0 passed, 1 failed"]);
}

#[test]
fn a_failure_names_its_files_and_the_command_for_just_it() {
    let bench = Bench::new();
    bench.lesson(
        "slow",
        "echo so far; exec sleep 1000",
        "echo so far",
        "so far\n",
    );
    bench.write("demo/examples/slow.toml", "timeout = '300ms'");

    bench.run("verify --cases-only").expect(
        1,
        &[
            "  demo/examples/slow.mjs\n  demo/examples/slow.out\n  demo/examples/slow.rs\n",
            "TIMEOUT: Rust still ran after 300ms; it had printed\n    so far",
            "again: cargo xtask verify demo/slow\n",
        ],
    );
}

#[test]
fn the_command_for_just_it_has_the_options_that_count_and_does_the_same() {
    let bench = Bench::new();
    let turns = bench.path("turns").display().to_string();
    let waver = format!("echo x >>{turns}; [ $(($(wc -l <{turns}) % 2)) = 0 ] && echo hullo");
    bench.command("waver", "status = 0\nno_oracle = 'x'", &waver, "hullo\n");
    bench.write("demo/examples/my notes.txt", "");
    // It fails only if it knows that peers are required, as it does with the first option.
    bench.write("cargo.test", "[ -z \"$REQUIRE_PEERS\" ]");

    let ran = bench.run("verify --node require --repeat 2");

    ran.expect(1, &["FLAKY: 1 of 2", "0 passed, 3 failed"]);
    let mut again: Vec<_> = ran
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("  again: "))
        .collect();
    again.sort_unstable();
    assert_eq!(
        again,
        [
            "cargo xtask verify --node require --repeat 2 'demo/examples/my notes.txt'",
            "cargo xtask verify --node require --repeat 2 demo/cargo-test",
            "cargo xtask verify --node require --repeat 2 demo/waver",
        ]
    );
    for line in again {
        let words = shell_words::split(line.trim_start_matches("cargo xtask ")).unwrap();
        let mut xtask = bench.xtask("");
        bench
            .finish(xtask.args(words))
            .expect(1, &["0 passed, 1 failed"]);
    }
}

#[test]
fn a_file_that_belongs_to_no_case_fails() {
    let bench = Bench::new();
    bench.write("demo/golden/notes.txt", "");

    bench
        .run("verify")
        .expect(1, &["demo/golden/notes.txt: orphan"]);
    bench
        .run("list")
        .expect(1, &["demo/golden/notes.txt: orphan"]);
    bench.write("demo/golden/01-old.out", "");
    bench
        .run("list")
        .expect(1, &["demo/golden/01-old: orphan: there is no 01-old.toml"]);
    bench.write("demo/examples/my notes.txt", "");
    bench
        .run("list")
        .expect(1, &["demo/examples/my notes.txt: orphan"]);
}

#[test]
fn exit_status_and_stderr_belong_to_a_case() {
    let bench = Bench::new();
    bench.lesson("status", "exit 3", "exit 0", "");
    bench.lesson("noise", "echo oops >&2", "", "");
    bench.command(
        "refuse",
        "status = 1\nstderr = 'demo: no'\nno_oracle = 'x'",
        "echo demo: no >&2; exit 1",
        "",
    );
    bench.command(
        "loud",
        "stderr = 'demo: no'\nno_oracle = 'x'",
        "echo demo: yes >&2",
        "",
    );
    bench.command(
        "quiet",
        "stderr = 'ignore'\noracle = 'echo other words >&2'",
        "echo words >&2",
        "",
    );

    let ran = bench.run("verify --cases-only");

    ran.expect(
        1,
        &[
            "Rust: exited with 3 instead of 0",
            "+oops",
            "-demo: no",
            "+demo: yes",
            "2 passed, 3 failed",
        ],
    );
}

#[test]
fn a_case_file_that_cannot_be_understood_fails_its_case() {
    let bad = [
        ("no_oracle = 'x'\ntypo = 1", "unknown field `typo`"),
        ("", "either `oracle"),
        ("oracle = 'x'\nno_oracle = 'x'", "either `oracle"),
        (
            "no_oracle = 'x'\ntimeout = '3 moons'",
            "expected a duration",
        ),
        ("no_oracle = 'x'\norder = 'by-key'", "`key` belongs"),
        (
            "no_oracle = 'x'\nredact = [{ name = 'PID', pattern = 'pid' }]",
            "needs one group",
        ),
        (
            "no_oracle = 'x'\norder = 'any'\nredact = [{ name = 'PID', pattern = '(x)' }]",
            "cannot have them",
        ),
    ];
    for (settings, text) in bad {
        let bench = Bench::new();
        bench.command("bad", settings, "", "");
        bench.command("good", "no_oracle = 'x'", "echo ok", "ok\n");

        bench.run("verify --cases-only").expect(
            1,
            &[
                "demo/bad: ",
                "demo/golden/02-bad.toml",
                text,
                "1 passed, 1 failed",
            ],
        );
        bench.run("verify demo/bad").expect(1, &[text, "1 failed"]);
        bench
            .run("bless demo/bad")
            .expect(1, &["refused   demo/bad", text]);
        bench
            .run("verify demo/good")
            .expect(0, &["1 passed, 0 failed"]);
        bench
            .run("list")
            .expect(1, &["command demo/good", "demo/bad: ", text]);
    }
}

#[test]
fn two_cases_of_one_name_are_an_error_of_the_second() {
    let bench = Bench::new();
    bench.command("twin", "no_oracle = 'x'", "echo ok", "ok\n");
    bench.write("demo/golden/03-twin.toml", "args = ['twin']");

    bench.run("verify --cases-only").expect(
        1,
        &["there are two cases of this name", "1 passed, 1 failed"],
    );
}

#[test]
fn a_filter_chooses_by_id_and_nothing_chosen_is_4() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo hello", "hello\n");
    bench.lesson("part", "echo wrong", "echo bye", "bye\n");

    bench.lesson("greeting", "echo hi", "echo hi", "hi\n");

    bench
        .run("verify demo/greet")
        .expect(0, &["1 passed, 0 failed"])
        .lacks("demo/greeting");
    bench
        .run("verify --match greet")
        .expect(0, &["2 passed, 0 failed"])
        .lacks("cargo-test");
    bench
        .run("verify demo/cargo-test")
        .expect(0, &["1 passed, 0 failed"])
        .lacks("greet");
    for line in ["verify demo", "verify demo/"] {
        bench
            .run(line)
            .expect(1, &["3 passed, 1 failed", "cargo-test"]);
    }
    bench
        .run("verify demo/greet greet")
        .expect(4, &["nothing matches \"greet\""]);
    bench
        .run("verify demo/greet --match gret")
        .expect(4, &["nothing matches \"gret\""]);
    bench
        .run("verify demo/greet --match greet")
        .expect(0, &["2 passed, 0 failed"]);
    bench
        .run("verify demo/cargo-test --cases-only")
        .expect(4, &["nothing matches \"demo/cargo-test\""]);
    bench.run("verify dem").expect(4, &[]);
    bench.run("verify nothing-like-it").expect(4, &[]);
    bench.run("bless nothing-like-it").expect(4, &[]);
    bench.run("list nothing-like-it").expect(4, &[]);
}

#[test]
fn without_a_fit_node_cases_pass_without_oracle_unless_it_is_required() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hello", "echo node must not run", "hello\n");
    let counted =
        "1 passed, 0 failed, 0 skipped (node was not asked; an oracle checked 0 of 1 cases)";
    bench
        .run("verify --cases-only --node skip")
        .expect(0, &[counted]);

    bench.node("v20.5.0");

    bench.run("verify --cases-only").expect(
        0,
        &["node v20.5.0 is not of 22, 24 or 26; an oracle checked 0 of 1"],
    );
    bench.run("verify --node require").expect(3, &["v20.5.0"]);
    bench
        .run("verify --node ./no/such/node")
        .expect(3, &["no/such/node was not found"]);
    // What `$NODE` names and is no Node is a mistake, also where none is required.
    for (node, why) in [
        ("/no/such/node", "/no/such/node was not found"),
        ("true", "true does not tell its version"),
    ] {
        let mut xtask = bench.xtask("verify --cases-only");
        let ran = bench.finish(xtask.env("NODE", node));
        ran.expect(3, &["cargo xtask: $NODE: ", why]);
        assert_eq!(ran.text.lines().count(), 1, "{}", ran.text);
    }
}

#[test]
fn an_oracle_that_is_not_installed_is_missed_only_if_required() {
    let bench = Bench::new();
    bench.command(
        "dump",
        "oracle = 'no-such-tool letters.txt'",
        "echo 61",
        "61\n",
    );

    bench
        .run("verify --cases-only")
        .expect(0, &["an oracle checked 0 of 1"]);
    bench
        .run("verify --cases-only --node require")
        .expect(3, &["the oracle is missing", "no-such-tool"]);
}

#[test]
fn an_oracle_that_says_something_is_not_absent_whatever_its_status_is() {
    let bench = Bench::new();
    bench.command("one", "oracle = 'echo 2; exit 127'", "echo 1", "1\n");

    bench
        .run("verify --cases-only")
        .expect(1, &["the oracle: exited with 127 instead of 0", "+2"]);
}

#[test]
fn an_oracle_may_be_a_script_for_node() {
    let bench = Bench::new();
    bench.write("demo/golden/fixtures/peer.mjs", "echo from node");
    bench.command(
        "peer",
        "oracle = '$NODE ./peer.mjs'",
        "echo from node",
        "from node\n",
    );

    bench
        .run("verify --cases-only")
        .expect(0, &["an oracle checked 1 of 1"]);
    bench
        .run("verify --cases-only --node skip")
        .expect(0, &["an oracle checked 0 of 1"]);
}

#[test]
fn a_readme_that_lies_is_seen() {
    let bench = Bench::new();
    bench.write("rust/cat", "cat \"$2\"");
    bench.write("README.md", "# Demo\n\n```console\n$ cargo run -p demo -- cat letters.txt\nabc\n$ demo cat 'letters.txt' | wc -c >n; cat n\n4\n```\n");
    bench.run("verify --cases-only").expect(0, &["1 passed"]);

    bench.write(
        "demo/README.md",
        "```console\n$ demo cat letters.txt\nabd\n```\n",
    );

    bench.run("verify --cases-only").expect(
        1,
        &[
            "demo/README.md:1",
            "the README shows something else",
            "-abd",
            "+abc",
        ],
    );
}

#[test]
fn a_readme_command_that_cannot_be_checked_fails() {
    for line in ["ls", "cargo xtask verify"] {
        let bench = Bench::new();
        bench.write("README.md", format!("```console\n$ {line}\n```\n"));

        bench.run("verify").expect(
            1,
            &["README.md:1: ", "calls no crate", "1 passed, 1 failed"],
        );
    }
}

#[test]
fn the_order_of_lines_counts_as_far_as_the_case_says() {
    let bench = Bench::new();
    let rust = "printf 'a 1\\nb 1\\na 2\\n'";
    bench.command(
        "any",
        "order = 'any'\nno_oracle = 'x'",
        rust,
        "b 1\na 2\na 1\n",
    );
    bench.command(
        "any-more",
        "order = 'any'\nno_oracle = 'x'",
        rust,
        "b 1\na 2\na 1\na 1\n",
    );
    bench.command(
        "by-key",
        "order = 'by-key'\nkey = '^(.)'\nno_oracle = 'x'",
        rust,
        "b 1\na 1\na 2\n",
    );
    bench.command(
        "in-key",
        "order = 'by-key'\nkey = '^(.)'\nno_oracle = 'x'",
        rust,
        "a 2\nb 1\na 1\n",
    );

    let ran = bench.run("verify --cases-only");

    ran.expect(
        1,
        &[
            "2 passed, 2 failed",
            "  demo/any-more: Rust differs",
            "  demo/in-key: Rust differs",
        ],
    );
}

#[test]
fn redacted_texts_are_numbered_so_that_equal_ones_stay_equal() {
    let bench = Bench::new();
    let settings = "redact = [{ name = 'PID', pattern = 'pid (\\d+)' }]\nno_oracle = 'x'";
    bench.command(
        "same",
        settings,
        "echo pid 71, pid 72, pid 71",
        "pid [PID:1], pid [PID:2], pid [PID:1]\n",
    );
    bench.command(
        "other",
        settings,
        "echo pid 71, pid 72, pid 73",
        "pid [PID:1], pid [PID:2], pid [PID:1]\n",
    );

    bench.run("verify --cases-only").expect(
        1,
        &[
            "1 passed, 1 failed",
            "+pid [PID:1], pid [PID:2], pid [PID:3]",
        ],
    );
}

#[test]
fn a_case_that_passes_only_sometimes_is_flaky() {
    let bench = Bench::new();
    let flag = bench.path("flag").display().to_string();
    bench.command(
        "dice",
        "no_oracle = 'x'",
        &format!("[ -e {flag} ] && echo again || echo first; touch {flag}"),
        "first\n",
    );

    bench
        .run("verify --cases-only --repeat 3")
        .expect(1, &["FLAKY: 2 of 3 runs failed", "+again"]);
}

#[test]
fn few_cases_may_go_without_oracle() {
    let bench = Bench::new();
    for number in 0..20 {
        let oracle = if number < 3 {
            "no_oracle = 'x'"
        } else {
            "oracle = 'echo'"
        };
        bench.command(&format!("case-{number}"), oracle, "echo", "\n");
    }

    bench.run("verify").expect(
        1,
        &[
            "too many cases without oracle: 3 of 20",
            "21 passed, 1 failed",
        ],
    );
    bench
        .run("list")
        .expect(1, &["20 cases: 3 without oracle", "too many cases"]);
    bench.run("verify --match case").expect(0, &["20 passed"]);
    bench.run("verify golden").expect(
        1,
        &["0 passed, 1 failed", "again: cargo xtask verify golden\n"],
    );
}

#[test]
fn a_serial_case_is_never_beside_another() {
    let bench = Bench::new();
    let started = bench.path("started").display().to_string();
    // Half a second is not waited *for* anything: if the serial case were to start meanwhile, this one would see it.
    let watch = format!(
        "for i in 1 2 3 4 5; do [ -e {started} ] && echo not alone; sleep 0.1; done; echo done"
    );
    bench.command("watcher", "no_oracle = 'x'", &watch, "done\n");
    bench.command(
        "alone",
        "serial = true\nno_oracle = 'x'",
        &format!("touch {started}"),
        "",
    );

    bench
        .run("verify --cases-only --jobs 4")
        .expect(0, &["2 passed"]);
}

#[test]
fn few_cases_may_have_a_redaction() {
    let bench = Bench::new();
    let redact = "redact = [{ name = 'PID', pattern = 'pid (\\d+)' }]";
    for number in 0..20 {
        let more = if number < 2 { redact } else { "" };
        let settings = format!("oracle = 'echo'\n{more}");
        bench.command(&format!("case-{number}"), &settings, "echo", "\n");
    }

    bench.run("list").expect(
        1,
        &[
            "0 without oracle, 2 with a redaction",
            "demo/case-0                      oracle: echo [redacts PID]",
            "too many cases with a redaction: 2 of 20",
        ],
    );
}

#[test]
fn both_sides_have_a_clean_environment_and_a_folder_of_their_own() {
    let bench = Bench::new();
    let look = "cat letters.txt; echo x >letters.txt; ls; echo \"$HOME\" | grep -c \"^$PWD$\"; echo $NO_COLOR $TZ $LANG $COLUMNS [$STRAY] $GIVEN";
    bench.lesson(
        "look",
        look,
        look,
        "abc\nletters.txt\n1\n1 UTC C.UTF-8 80 [] yes\n",
    );
    bench.write("demo/examples/look.toml", "env = { GIVEN = 'yes' }");
    bench.write("demo/examples/fixtures/letters.txt", "abc\n");

    bench
        .finish(bench.xtask("verify --cases-only").env("STRAY", "dog"))
        .expect(0, &["an oracle checked 1 of 1"]);
}

#[test]
fn results_can_be_read_by_a_machine() {
    let bench = Bench::new();
    bench.lesson("greet", "echo hullo", "echo hello", "hello\n");

    bench
        .run("verify --cases-only --json ../results.json")
        .expect(1, &[]);

    let json: serde_json::Value = serde_json::from_str(&bench.read("results.json")).unwrap();
    assert_eq!(json["failed"], 1);
    assert_eq!(json["results"][0]["id"], "demo/greet");
    assert_eq!(json["results"][0]["state"], "failed");
}

#[test]
fn a_file_that_cannot_be_written_is_found_before_anything_runs() {
    let bench = Bench::new();
    let ran = bench.path("ran");
    bench.lesson("greet", &format!("touch {}", ran.display()), "", "");

    bench
        .run("verify --json no/such/folder")
        .expect(1, &["no/such/folder"]);

    assert!(!ran.exists());
}

#[test]
fn a_test_that_fails_is_a_failure() {
    let bench = Bench::new();
    // What cargo says last is why.
    let test = "seq 1000 1 1200; echo 'failures:'; echo the test is red; exit 101";
    bench.write("cargo.test", test);

    let ran = bench.run("verify");

    ran.expect(
        1,
        &[
            "demo/cargo-test",
            "143 lines, then",
            "failures:\n    the test is red",
            "0 passed, 1 failed",
            "cargo test -p demo",
        ],
    );
    ran.lacks("1142").expect(1, &["1143"]);
}

#[test]
fn what_the_children_of_tests_print_is_shown_only_if_the_tests_fail() {
    let bench = Bench::new();
    bench.write("cargo.test", "echo a server listens >&2");
    bench
        .run("verify")
        .expect(0, &["begin demo/cargo-test\n", "1 passed"])
        .lacks("listens");

    bench.write("cargo.test", "echo a server listens >&2; exit 101");
    bench
        .run("verify")
        .expect(1, &["failed\n    a server listens"]);
}

#[test]
fn tests_learn_about_peers_from_the_environment() {
    let bench = Bench::new();
    let seen = bench.path("seen").display().to_string();
    bench.write(
        "cargo.test",
        format!("echo \"${{NODE##*/}} $REQUIRE_PEERS $CARGO_PKG_NAME\" >{seen}"),
    );

    bench
        .finish(
            bench
                .xtask("verify --node require")
                .env("CARGO_PKG_NAME", "xtask"),
        )
        .expect(0, &[]);
    assert_eq!(bench.read("seen"), "node 1 \n");

    bench.run("verify --node skip").expect(0, &[]);
    assert_eq!(bench.read("seen"), "  \n");
}

#[test]
fn a_readme_block_that_would_not_be_checked_is_refused() {
    let bench = Bench::new();
    bench.write("demo/README.md", "```console \n$ demo nothing\nlies\n```\n");

    bench
        .run("verify")
        .expect(1, &["demo/README.md: 1 fences say console, and 0"]);
}

#[test]
fn a_reader_who_is_gone_is_no_fault() {
    let bench = Bench::new();
    bench.lesson("hello", "echo hello", "echo hello", "hello\n");
    for verb in ["list", "verify --cases-only"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut xtask = bench.xtask(verb);
        let status = xtask.stdout(writer).status().unwrap();

        assert_eq!(status.code(), Some(0), "{verb}");
    }
}
