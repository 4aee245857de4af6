//! Real Node processes on the other end of the channel.

use std::process::{Command, Output};

use child_process::{Channel, Child, Exit};
use serde_json::{Value, json};

const MESSAGES: usize = 10_000;

/// A Node, unless there is none and none is required.
fn node() -> Option<String> {
    let node = std::env::var("NODE").unwrap_or_else(|_| "node".to_owned());
    let is_there = Command::new(&node)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        assert!(
            std::env::var_os("REQUIRE_PEERS").is_none(),
            "{node} is not there"
        );
        println!("skipped: {node} is not there");
    }
    is_there.then_some(node)
}

#[tokio::test]
async fn a_node_child_answers_every_message_in_order() {
    let Some(node) = node() else { return };
    let script = "process.on('message', (m) => process.send({ got: m.n, text: m.text }));";

    let (mut child, channel): (Child, Channel<Value, Value>) =
        child_process::exec_file(node, ["-e", script])
            .fork()
            .await
            .unwrap();
    let (sender, mut receiver) = channel.into_split();
    let sending = tokio::spawn(async move {
        for n in 0..MESSAGES {
            sender
                .send(&json!({"n": n, "text": "é\n\u{2028}"}))
                .await
                .unwrap();
        }
        sender
    });
    for n in 0..MESSAGES {
        let answer = receiver.recv().await.unwrap();
        assert_eq!(answer, Some(json!({"got": n, "text": "é\n\u{2028}"})));
    }
    sending.await.unwrap().disconnect().await.unwrap();

    assert_eq!(receiver.recv().await.unwrap(), None);
    assert_eq!(child.wait().await.unwrap(), Exit::Code(0));
}

#[tokio::test]
async fn a_node_parent_gets_every_message_back_in_order() {
    let Some(node) = node() else { return };
    let script = r"
        const { fork } = require('node:child_process');
        const [binary, count] = [process.argv[1], Number(process.argv[2])];
        const child = fork('peer', [], { execPath: binary });
        let next = 0;
        child.on('message', (m) => {
          if (m.n !== next) { console.log('expected', next, 'got', m); process.exit(1); }
          if (++next === count) child.disconnect();
        });
        child.on('exit', (code, signal) => console.log(`${next} messages, code ${code}, signal ${signal}`));
        for (let n = 0; n < count; n++) child.send({ n });";

    let output = run(&node, script);

    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("{MESSAGES} messages, code 0, signal null\n")
    );
}

#[tokio::test]
async fn a_handle_from_node_is_refused_and_messages_go_on() {
    let Some(node) = node() else { return };
    let script = r"
        const { fork } = require('node:child_process');
        const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
          const child = fork('peer', [], { execPath: process.argv[1] });
          child.on('message', (m) => { console.log('back', JSON.stringify(m)); child.disconnect(); });
          child.on('exit', (code) => { console.log('code', code); server.close(); });
          child.send('with a handle', server);
          child.send('after it');
        });
        process.on('warning', () => {});";

    let output = run(&node, script);

    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "back \"after it\"\ncode 0\n"
    );
}

fn run(node: &str, script: &str) -> Output {
    let output = Command::new(node)
        .args([
            "-e",
            script,
            env!("CARGO_BIN_EXE_child-process"),
            &MESSAGES.to_string(),
        ])
        .env("NODE_NO_WARNINGS", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}
