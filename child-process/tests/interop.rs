//! Real Node processes on the other end of the channel.

use std::io::Write;
use std::process::{Command, Output};

use child_process::{Channel, Child, Error, Exit, Stdio, parent};
use serde_json::value::RawValue;
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

/// Sends every message back, if this process is the child of a `fork`.
#[tokio::test]
async fn a_peer() {
    let channel = parent::<Box<RawValue>, Box<RawValue>>();
    let Some(mut channel) = channel.unwrap_or_else(|error| panic!("{error}")) else {
        return;
    };
    while let Some(message) = channel.recv().await.unwrap() {
        match channel.send(&message).await {
            // A parent that has gone does not wait for an answer.
            Err(Error::Disconnected) => return,
            sent => sent.unwrap(),
        }
    }
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
        const count = Number(process.argv[1]);
        const child = fork(...peer);
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
          const child = fork(...peer);
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

/// Runs a script of Node that has in `peer` what `fork` needs to start [`a_peer`].
fn run(node: &str, script: &str) -> Output {
    let itself = std::env::current_exe().unwrap();
    let peer = json!(["--exact", ["a_peer"], {
        "execPath": itself.to_str().unwrap(),
        "stdio": ["inherit", "ignore", "inherit", "ipc"],
    }]);
    let output = Command::new(node)
        .args(["-e", &format!("const peer = {peer};{script}")])
        .arg(MESSAGES.to_string())
        .env("NODE_NO_WARNINGS", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output
}

#[tokio::test]
async fn a_node_child_has_its_stdin_for_itself() {
    let Some(node) = node() else { return };
    let script = r"
        process.send(process.env.NODE_CHANNEL_FD ?? 'deleted');
        const lines = require('node:readline').createInterface({ input: process.stdin });
        lines.on('line', (line) => process.send(`stdin: ${line}`));
        lines.on('close', () => {
          // It can be read by a child that inherits it, which does not hold the channel.
          const stdio = 'inherit';
          require('node:child_process').spawn('sh', ['-c', 'sleep 1000 & echo $! >$PID_FILE'], { stdio }).on('exit', () => process.disconnect());
        });
        process.on('message', (m) => process.send(m));";
    let folder = tempfile::tempdir().unwrap();
    let pid_file = folder.path().join("pid");
    let (read, mut write) = std::io::pipe().unwrap();
    let command = child_process::exec_file(node, ["-e", script])
        .env("PID_FILE", &pid_file)
        .stdin(read)
        .stdout(Stdio::Null)
        .stderr(Stdio::Null);
    let (mut child, mut channel): (Child, Channel<Value, Value>) = command.fork().await.unwrap();

    assert_eq!(channel.recv().await.unwrap(), Some(json!("deleted")));
    write.write_all(b"a line\n").unwrap();
    assert_eq!(channel.recv().await.unwrap(), Some(json!("stdin: a line")));
    channel.send(&json!({"and": "messages"})).await.unwrap();
    assert_eq!(
        channel.recv().await.unwrap(),
        Some(json!({"and": "messages"}))
    );
    drop(write);
    assert_eq!(channel.recv().await.unwrap(), None);
    child.wait().await.unwrap();
    let grandchild = std::fs::read_to_string(pid_file).unwrap();
    let grandchild = nix::unistd::Pid::from_raw(grandchild.trim().parse().unwrap());
    nix::sys::signal::kill(grandchild, nix::sys::signal::Signal::SIGKILL)
        .expect("the grandchild lives on, and does not hold the channel");
    assert!(!channel.is_connected());
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn the_channel_is_descriptor_3_or_the_next_that_is_free() {
    let Some(node) = node() else { return };
    for taken in [false, true] {
        let script = "const fs = require('fs'); process.send(fs.readlinkSync('/proc/self/fd/0')); process.disconnect()";
        let mut command = child_process::exec_file(&node, ["-e", script]).stdin(Stdio::Null);
        if taken {
            command = command.stdio(3, Stdio::Piped);
        }
        let (mut child, mut channel): (Child, Channel<Value, Value>) =
            command.fork().await.unwrap();
        assert_eq!(channel.recv().await.unwrap(), Some(json!("/dev/null")));
        assert_eq!(child.wait().await.unwrap(), Exit::Code(0));
    }
    let output =
        child_process::exec("echo $NODE_CHANNEL_FD; ls -l /proc/self/fd/ | grep -c 3..*socket");
    let (child, _channel): (Child, Channel<Value, Value>) =
        output.stdout(Stdio::Piped).fork().await.unwrap();
    assert_eq!(
        child.wait_with_output().await.unwrap().stdout_text(),
        "3\n1\n"
    );
}

#[tokio::test]
async fn random_doubles_come_back_as_they_were() {
    let Some(node) = node() else { return };
    let count = if std::env::var_os("SOAK").is_some() {
        100_000
    } else {
        5_000
    };
    let script = "process.on('message', (m) => process.send(m));";
    let (mut child, channel): (Child, Channel<Vec<f64>, Vec<f64>>) =
        child_process::exec_file(&node, ["-e", script])
            .fork()
            .await
            .unwrap();
    let (sender, mut receiver) = channel.into_split();
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    // Half of them as `Math.random()` makes them, half with any exponent.
    let mut doubles = Vec::new();
    while doubles.len() < count {
        let any = f64::from_bits(random());
        doubles.extend(
            [(random() >> 11) as f64 / (1_u64 << 53) as f64]
                .into_iter()
                .chain(any.is_finite().then_some(any)),
        );
    }
    for chunk in doubles.chunks(1000) {
        sender.send(&chunk.to_vec()).await.unwrap();
        let back = receiver.recv().await.unwrap().unwrap();
        // Node writes -0 as 0.
        let changed = chunk
            .iter()
            .zip(&back)
            .filter(|(there, back)| there.to_bits() != back.to_bits() && **there != 0.0);
        assert_eq!(changed.count(), 0);
    }
    sender.disconnect().await.unwrap();
    child.wait().await.unwrap();

    // The other way, as values: Node's numbers through this crate's end, which Node compares.
    let script = r"
        const child = require('node:child_process').fork(...peer);
        const [count, sent] = [Number(process.argv[1]), []];
        let back = 0, changed = 0;
        child.on('message', (m) => {
          if (JSON.stringify(m) !== sent[back]) changed++;
          if (++back === count) child.disconnect();
        });
        child.on('exit', () => console.log(`${changed} of ${back} changed`));
        for (let n = 0; n < count; n++) {
          const message = { b: Math.random(), a: 'k' + n, c: '\\ud800'.slice(n % 2) };
          sent.push(JSON.stringify(message));
          child.send(message);
        }";
    let output = run(&node, script);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("0 of {MESSAGES} changed\n")
    );
}

#[test]
fn a_descriptor_that_is_not_a_channel_is_refused() {
    for number in ["0", "6", "9", "99", "-1", "x"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_peer", "--nocapture"])
            .env("NODE_CHANNEL_FD", number)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{number}");
        assert!(
            said.contains("the channel that NODE_CHANNEL_FD names"),
            "{said}"
        );
    }
}
