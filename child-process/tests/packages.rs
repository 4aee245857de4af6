//! Two npm packages that people use, at either end of the channel: jest-worker (the workers of a test runner) and
//! workerpool. `NODE_PACKAGES` names the folder that has `node_modules`; without it, these tests are skipped.
//!
//! It has a `main` of its own, since the packages start this program as their worker.

use std::process::Command;
use std::{env, fs};

use child_process::{Channel, Exit, exec_file, parent};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Some(channel) = parent().expect("a channel, or none") {
        return worker(channel).await;
    }
    let Some(packages) = env::var_os("NODE_PACKAGES") else {
        assert!(
            env::var_os("REQUIRE_PEERS").is_none(),
            "NODE_PACKAGES is not set"
        );
        println!("skipped: NODE_PACKAGES does not name a folder with jest-worker and workerpool");
        return;
    };
    let packages = fs::canonicalize(packages).expect("the folder that NODE_PACKAGES names");
    env::set_current_dir(packages).expect("a folder");
    the_packages_call_rust_workers();
    println!("test the_packages_call_rust_workers ... ok");
    rust_calls_the_workers_of_jest_worker().await;
    println!("test rust_calls_the_workers_of_jest_worker ... ok");
    rust_calls_the_workers_of_workerpool().await;
    println!("test rust_calls_the_workers_of_workerpool ... ok");
}

/// A worker for both packages: they tell by the form of their messages which they are.
async fn worker(mut channel: Channel) {
    channel
        .send(&json!("ready"))
        .await
        .expect("workerpool waits for it");
    loop {
        // A message that cannot be read costs that message.
        let message = match channel.recv().await {
            Ok(Some(message)) => message,
            Ok(None) => return,
            Err(error) => {
                eprintln!("{error}");
                continue;
            }
        };
        let add = |numbers: &Value| {
            numbers[0].as_f64().unwrap_or_default() + numbers[1].as_f64().unwrap_or_default()
        };
        let answer = match &message {
            Value::Array(call) if call[0] == 1 && call[2] == "add" => json!([0, add(&call[3])]),
            Value::Array(call) if call[0] == 1 => json!([0, call[3][0]]),
            Value::Array(call) if call[0] == 2 => return,
            Value::Object(call) if call["method"] == "add" => {
                json!({ "id": call["id"], "result": add(&call["params"]), "error": null })
            }
            Value::Object(call) => {
                json!({ "id": call["id"], "result": call["params"][0], "error": null })
            }
            Value::String(_) => return,
            _ => continue,
        };
        channel.send(&answer).await.expect("the parent is there");
    }
}

fn node() -> String {
    env::var("NODE").unwrap_or_else(|_| "node".to_owned())
}

fn the_packages_call_rust_workers() {
    let script = r"
        const assert = require('node:assert');
        const worker = process.argv[1];
        (async () => {
          const { Worker } = require('jest-worker');
          const jest = new Worker('/any/path.js', {
            numWorkers: 2, exposedMethods: ['add', 'echo'],
            forkOptions: { execPath: worker, execArgv: [], serialization: 'json' },
          });
          const calls = Array.from({ length: 100 }, (_, n) => jest.add(n, 0.1));
          (await Promise.all(calls)).forEach((sum, n) => assert.equal(sum, n + 0.1));
          const deep = { z: 1, a: ['é', null, { b: 'x'.repeat(1e6) }] };
          assert.equal(JSON.stringify(await jest.echo(deep)), JSON.stringify(deep));
          await jest.end();
          const pool = require('workerpool').pool('/any/path.js', {
            workerType: 'process', maxWorkers: 2, forkOpts: { execPath: worker, execArgv: [] },
          });
          const sums = Array.from({ length: 100 }, (_, n) => pool.exec('add', [n, 0.2]));
          (await Promise.all(sums)).forEach((sum, n) => assert.equal(sum, n + 0.2));
          // A lone surrogate cannot be a Rust string: the worker says so and lives on.
          pool.exec('echo', ['\ud800']).timeout(1e6).catch(() => {});
          assert.equal(await pool.exec('add', [1, 2]), 3);
          await pool.terminate(true);
          console.log('all equal');
        })();";
    let itself = env::current_exe().expect("our own program");
    let output = Command::new(node())
        .args(["-e", script])
        .arg(itself)
        .output()
        .expect("node starts");
    let (text, said) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!(text, "all equal\n", "{said}");
    assert!(said.contains("cannot read a message"), "{said}");
}

async fn rust_calls_the_workers_of_jest_worker() {
    let folder = tempfile::tempdir().expect("a folder");
    let module = folder.path().join("worker.js");
    fs::write(
        &module,
        "exports.add = (a, b) => a + b; exports.fail = () => { throw new Error('as asked'); };",
    )
    .expect("written");
    let child = "node_modules/jest-worker/build/processChild.js";
    let (mut child, mut channel): (_, Channel) = exec_file(node(), [child])
        .fork()
        .await
        .expect("node starts");
    channel
        .send(&json!([0, false, module, []]))
        .await
        .expect("sent");
    for n in 0..100 {
        channel
            .send(&json!([1, false, "add", [n, 0.1]]))
            .await
            .expect("sent");
    }
    for n in 0..100 {
        let answer = channel.recv().await.expect("a message").expect("an answer");
        assert_eq!(answer, json!([0, f64::from(n) + 0.1]));
    }
    channel
        .send(&json!([1, false, "fail", []]))
        .await
        .expect("sent");
    let answer = channel.recv().await.expect("a message").expect("an answer");
    assert_eq!((&answer[0], &answer[2]), (&json!(1), &json!("as asked")));
    channel.send(&json!([2, false])).await.expect("sent");
    assert_eq!(channel.recv().await.expect("the end"), None);
    assert_eq!(child.wait().await.expect("its end"), Exit::Code(0));
}

async fn rust_calls_the_workers_of_workerpool() {
    let script = "require('workerpool').worker({ add: (a, b) => a + b });";
    let (mut child, mut channel): (_, Channel) = exec_file(node(), ["-e", script])
        .fork()
        .await
        .expect("node starts");
    assert_eq!(
        channel.recv().await.expect("a message"),
        Some(json!("ready"))
    );
    for id in 0..100 {
        channel
            .send(&json!({ "id": id, "method": "add", "params": [id, 0.1] }))
            .await
            .expect("sent");
        let answer = channel.recv().await.expect("a message").expect("an answer");
        assert_eq!(
            (&answer["id"], &answer["result"]),
            (&json!(id), &json!(f64::from(id) + 0.1))
        );
    }
    channel
        .send(&json!("__workerpool-terminate__"))
        .await
        .expect("sent");
    assert_eq!(channel.recv().await.expect("the end"), None);
    assert_eq!(child.wait().await.expect("its end"), Exit::Code(0));
}
