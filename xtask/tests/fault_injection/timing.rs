//! `bench` lets contenders run in turn, and only those that do the same work.

use std::fs;

use crate::workspace::Bench;

const TIMES: &str = r#"
title = "Sleep & wake"
input = "echo $MIB > input"
before = "rm -f out"
check = "cat out"
also = { name = "bytes", run = "wc -c < out" }
work = { amount = 10, of = "MB" }
[[contender]]
name = "ours"
run = "cp input out; echo ours >> $BENCHES/order"
[[contender]]
name = "peer"
run = "cp input out; sleep 0.05; echo peer >> $BENCHES/order"
[[contender]]
name = "rare"
needs = "no-such-program"
run = "false"
"#;

const RATES: &str = r#"
title = "Calls"
unit = "calls/s"
unchecked = "rates are all that is printed"
[[contender]]
name = "ours"
run = "echo small calls 300; echo large calls 10"
[[contender]]
name = "Node"
needs = "node"
run = "echo large calls 20; echo small calls 100"
"#;

const README: &str = "# demo\n\n<!-- bench:times -->\nold\n<!-- /bench:times -->\n\nend\n";

fn bench(name: &str, spec: &str) -> Bench {
    let bench = Bench::new();
    bench.write(&format!("demo/benches/{name}.toml"), spec);
    bench
}

#[test]
fn rounds_are_interleaved_and_who_is_absent_is_a_row() {
    let bench = bench("times", TIMES);

    let ran = bench.run("bench --rounds 2 --json out.json");

    ran.expect(
        0,
        &[
            "demo/times",
            "| ours | 0.",
            "|  | time, s | MB/s | CPU time, s | peak memory, MiB | bytes |",
            " x) | ",
            "| rare | no-such-program is not installed | - |",
            "1 passed, 0 failed",
        ],
    );
    // A round to check, then one in order, then one that begins with the other.
    assert_eq!(
        bench.read("demo/benches/order"),
        "ours\npeer\nours\npeer\npeer\nours\n"
    );
    let json: serde_json::Value = serde_json::from_str(&bench.read("demo/out.json")).unwrap();
    assert_eq!(
        json[0]["contenders"][1]["runs"].as_array().unwrap().len(),
        2
    );
    let time = &json[0]["contenders"][1]["runs"][0]["figures"][0];
    assert_eq!(time[0], "time, s");
    assert!(time[1].as_f64().unwrap() >= 0.05);
}

#[test]
fn other_work_is_no_competitor() {
    let bench = bench(
        "times",
        &TIMES.replace("cp input out; sleep", "echo other > out; sleep"),
    );

    bench.run("bench").expect(
        1,
        &[
            "FAIL demo/times: peer: does other work than ours",
            "0 passed, 1 failed",
        ],
    );
}

#[test]
fn a_contender_that_fails_says_why() {
    let bench = bench(
        "times",
        &TIMES.replace("sleep 0.05", "echo no space >&2; exit 3"),
    );

    bench
        .run("bench")
        .expect(1, &["FAIL demo/times: peer", "no space"]);
}

#[test]
fn smoke_runs_each_once_on_little_and_times_nothing() {
    let bench = bench("times", TIMES);

    let ran = bench.run("bench --smoke");

    ran.expect(
        0,
        &["ok demo/times: ours, peer, rare (no-such-program is not installed)"],
    )
    .lacks("| ours |");
    assert_eq!(bench.read("demo/benches/order"), "ours\npeer\n");
}

#[test]
fn rates_are_compared_by_name_and_losses_are_shown() {
    let bench = bench("rates", RATES);

    bench.run("bench --rounds 3").expect(
        0,
        &[
            "| small calls | 300 | 100 (3.00 x) |",
            "| large calls | 10.00 | 20.00 (0.50 x) |",
        ],
    );
}

#[test]
fn the_readme_gets_table_and_chart_between_its_markers() {
    let bench = bench("times", TIMES);
    bench.write("demo/README.md", README);

    bench
        .run("bench --rounds 1 --write")
        .expect(0, &["1 passed"]);

    let readme = bench.read("demo/README.md");
    assert!(
        readme.contains("| ours | 0.")
            && readme.contains("benches/times.svg")
            && !readme.contains("old"),
        "{readme}"
    );
    assert!(
        readme.starts_with("# demo\n\n<!-- bench:times -->\n")
            && readme.ends_with("<!-- /bench:times -->\n\nend\n"),
        "{readme}"
    );
    let chart = bench.read("demo/benches/times.svg");
    assert!(
        chart.contains("Sleep &amp; wake") && chart.contains(">peer</text>"),
        "{chart}"
    );
}

#[test]
fn work_that_no_check_sees_is_refused() {
    for spec in [
        TIMES.replace("cat out", "cat none | cksum"),
        TIMES.replace("cp input out; sleep", "sleep"),
        RATES.replace("unchecked", "before").replace("echo", "true"),
    ] {
        let bench = bench("times", &spec);

        bench.run("bench").expect(1, &["0 passed, 1 failed"]);
    }
}

#[test]
fn a_process_left_behind_is_named_and_ended() {
    let bench = bench("times", &TIMES.replace("sleep 0.05;", "sleep 333 &"));

    bench
        .run("bench")
        .expect(1, &["FAIL demo/times: peer", "left behind: sleep 333"]);

    bench.assert_nothing_is_left();
}

#[test]
fn what_would_fail_after_all_rounds_fails_before_them() {
    let bench = bench("times", TIMES);
    bench.write("demo/README.md", "# demo\n");

    bench
        .run("bench --write")
        .expect(1, &["README.md: no lines", "bench:times"]);
    bench
        .run("bench --json no/such/folder")
        .expect(1, &["no/such/folder"]);

    assert!(!bench.path("demo/benches/order").exists());
}

#[test]
fn a_server_that_is_never_ready_says_what_became_of_it() {
    let silent = SERVER.replace(
        "echo listening on 127.0.0.1:4711; echo $$ > $BENCHES/pid; exec sleep 1000",
        "echo port taken >&2; exit 7",
    );
    let bench = bench("server", &silent);

    bench.run("bench").expect(
        1,
        &["the server", "exited with 7", "did not say", "port taken"],
    );
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "needs /proc")]
fn the_work_of_a_servers_workers_counts() {
    // The leader sleeps; a worker that no process waits for counts to a number that takes a while.
    let worker =
        "n=0; while [ $n -lt 300000 ]; do n=$((n + 1)); done; echo 1 > done; exec sleep 1000";
    let forking = SERVER
        .replace("exec sleep 1000", &format!("sh -c '{worker}' & wait"))
        .replace(
            "echo $PORT",
            "while ! [ -e done ]; do sleep 0.01; done; echo $PORT",
        );
    let bench = bench("server", &forking);

    bench
        .run("bench --rounds 1 --json out.json")
        .expect(0, &["1 passed"]);

    let json: serde_json::Value = serde_json::from_str(&bench.read("demo/out.json")).unwrap();
    let rate = &json[0]["contenders"][0]["runs"][0]["figures"][1];
    assert_eq!(rate[0], "requests per CPU second");
    let cpu = 500.0 / rate[1].as_f64().unwrap();
    assert!(cpu > 0.02, "{cpu}");
    bench.assert_nothing_is_left();
}

const SERVER: &str = r#"
title = "Requests"
unit = "served"
unchecked = "a server"
[[contender]]
name = "ours"
run = "echo $PORT > $BENCHES/port; echo 500 requests, 250.5 a second"
[contender.serve]
run = "echo listening on 127.0.0.1:4711; echo $$ > $BENCHES/pid; exec sleep 1000"
ready = '127\.0\.0\.1:(\d+)'
requests = '(\d+) requests'
rate = '([\d.]+) a second'
[[contender]]
name = "peer"
run = "echo 'requests/s 100'"
"#;

#[test]
fn a_server_is_started_driven_and_ended() {
    let bench = bench("server", SERVER);

    bench.run("bench --rounds 1").expect(
        0,
        &[
            "| requests/s | 250 | 100 (2.50 x) |",
            "requests per CPU second",
        ],
    );

    assert_eq!(bench.read("demo/benches/port"), "4711\n");
    assert!(!crate::workspace::is_alive(&bench.read("demo/benches/pid")));
}

#[test]
fn a_wrong_bench_file_and_a_name_that_nothing_has_are_told_apart() {
    let bench = bench("times", &TIMES.replace("check", "chekc"));

    bench
        .run("bench")
        .expect(2, &["benches/times.toml", "chekc"]);
    fs::write(bench.path("demo/benches/times.toml"), TIMES).unwrap();
    bench
        .run("bench nothing")
        .expect(4, &["nothing matches \"nothing\""]);
}

#[test]
fn an_earlier_commit_is_built_and_timed_beside_ours() {
    let bench = bench("rates", RATES);
    let git = |args: &str| {
        let mut git = std::process::Command::new("git");
        git.args(args.split(' ')).current_dir(bench.path(""));
        assert!(git.output().unwrap().status.success(), "{args}");
    };
    bench.write(".gitignore", "target\ntmp\n");
    bench.program(
        "cargo",
        r#"echo '{"target":{"name":"demo"},"executable":"'"$PWD"'/demo.sh"}'"#,
    );
    bench.program("demo.sh", "echo calls 100");
    bench.write(
        "demo/benches/rates.toml",
        RATES.replace("echo small calls 300; echo large calls 10", "demo"),
    );
    git("init -q");
    git("add -A");
    git("-c user.name=a -c user.email=a@b.c commit -qm then");
    bench.program("demo.sh", "echo calls 150");

    let ran = bench.run("bench --against HEAD --rounds 2");

    ran.expect(
        0,
        &["demo/rates: Calls\n  1.50 calls\n", "1 passed, 0 failed"],
    );
    let times = RATES.replace("calls/s", "ms");
    let times = times.replace("echo small calls 300; echo large calls 10", "demo");
    bench.write("demo/benches/rates.toml", &times);
    bench
        .run("bench --against HEAD --rounds 2")
        .expect(0, &["  0.67 calls\n"]);
    bench
        .run("bench --against no-such-commit")
        .expect(2, &["no-such-commit"]);

    // A job that is new since then is no other work; a job with another result is.
    let now = |work: &str| {
        times
            .replace(
                "unchecked = \"rates are all that is printed\"",
                "check = 'cat work'",
            )
            .replace("demo", &format!("demo; {work}"))
    };
    bench.write("demo/benches/rates.toml", now("echo old 9 > work"));
    git("add -A");
    git("-c user.name=a -c user.email=a@b.c commit -qm work");
    for (result, status, says) in [(9, 0, "  1.00 calls"), (8, 1, "does other work")] {
        let work = format!("echo new 1 > work; echo old {result} >> work");
        bench.write("demo/benches/rates.toml", now(&work));
        bench
            .run("bench --against HEAD --rounds 1")
            .expect(status, &[says]);
    }
}
