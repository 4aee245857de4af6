//! The channel: messages whole and in order, and peers that do what they should not.

use std::time::Duration;

use child_process::{Channel, Error};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

fn pair() -> (Channel<Value, Value>, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (Channel::over(ours.into_std().unwrap()).unwrap(), theirs)
}

#[tokio::test]
async fn messages_are_lines_of_json_in_both_directions() {
    let (mut channel, mut peer) = pair();

    channel.send(&json!({"a": [1, null, "é\n"]})).await.unwrap();
    channel.send(&Value::Null).await.unwrap();
    peer.write_all(b"{\"b\":2}\r\n\"text\"\n").await.unwrap();

    let mut sent = [0; 30];
    let len = peer.read(&mut sent).await.unwrap();
    assert_eq!(
        String::from_utf8_lossy(&sent[..len]),
        "{\"a\":[1,null,\"é\\n\"]}\nnull\n"
    );
    assert_eq!(channel.recv().await.unwrap(), Some(json!({"b": 2})));
    assert_eq!(channel.recv().await.unwrap(), Some(json!("text")));
}

#[tokio::test]
async fn a_line_that_is_no_message_is_named_and_the_next_one_read() {
    let (mut channel, mut peer) = pair();
    peer.write_all(b"\n{bad\n\xff\xfe\n{\"good\":1}\n")
        .await
        .unwrap();

    for _ in 0..3 {
        let error = channel.recv().await.unwrap_err();
        assert!(matches!(error, Error::BadMessage { .. }), "{error:?}");
    }
    assert_eq!(channel.recv().await.unwrap(), Some(json!({"good": 1})));
}

#[tokio::test]
async fn a_line_without_end_is_refused_and_costs_no_more_than_the_limit() {
    let (ours, mut peer) = UnixStream::pair().unwrap();
    let (_, mut receiver) = Channel::<Value, Value>::over(ours.into_std().unwrap())
        .unwrap()
        .into_split();
    receiver.set_limit(1000);
    let flooding = tokio::spawn(async move {
        for _ in 0..400 {
            peer.write_all(&[b'x'; 4096]).await.unwrap();
        }
        peer.write_all(b"\n\"after\"\n").await.unwrap();
        peer
    });

    let error = receiver.recv().await.unwrap_err();
    assert!(
        matches!(error, Error::MessageTooLong { limit: 1000 }),
        "{error:?}"
    );
    assert_eq!(receiver.recv().await.unwrap(), Some(json!("after")));
    drop(flooding.await.unwrap());
    assert_eq!(receiver.recv().await.unwrap(), None);
}

#[tokio::test]
async fn a_message_as_long_as_the_limit_is_taken_in_any_pieces() {
    let (ours, mut peer) = UnixStream::pair().unwrap();
    let (_, mut receiver) = Channel::<String, Value>::over(ours.into_std().unwrap())
        .unwrap()
        .into_split();
    receiver.set_limit(12);
    for text in ["\"1234567890\"\n", "\"12345678901\"\n", "\"ok\"\n"] {
        for byte in text.bytes() {
            peer.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
    }

    assert_eq!(
        receiver.recv().await.unwrap().as_deref(),
        Some("1234567890")
    );
    assert!(matches!(
        receiver.recv().await,
        Err(Error::MessageTooLong { .. })
    ));
    assert_eq!(receiver.recv().await.unwrap().as_deref(), Some("ok"));
}

#[tokio::test]
async fn nodes_own_messages_are_kept_away_and_handles_refused() {
    let (mut channel, mut peer) = pair();
    peer.write_all(
        b"{\"cmd\":\"NODE_CLUSTER\",\"act\":1}\n{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Socket\",\"msg\":1}\n\
          {\"cmd\":\"NODE_\"}\n{\"note\":\"NODE_HANDLE\"}\n",
    )
    .await
    .unwrap();

    assert_eq!(channel.recv().await.unwrap(), Some(json!({"cmd": "NODE_"})));
    assert_eq!(
        channel.recv().await.unwrap(),
        Some(json!({"note": "NODE_HANDLE"}))
    );
    let mut answer = [0; 100];
    let len = peer.read(&mut answer).await.unwrap();
    assert_eq!(&answer[..len], b"{\"cmd\":\"NODE_HANDLE_NACK\"}\n");
    let refused = channel.send(&json!({"cmd": "NODE_X"})).await;
    assert!(
        matches!(refused, Err(Error::Reserved { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn whoever_goes_away_is_missed_in_both_directions() {
    let (mut channel, mut peer) = pair();
    peer.write_all(b"1\n\"not finish").await.unwrap();
    drop(peer);

    assert_eq!(channel.recv().await.unwrap(), Some(json!(1)));
    assert_eq!(
        channel.recv().await.unwrap(),
        None,
        "what is not finished is dropped"
    );
    assert_eq!(channel.recv().await.unwrap(), None);
    let sent = channel.send(&json!(1)).await;
    assert!(matches!(sent, Err(Error::Disconnected)), "{sent:?}");
}

#[tokio::test]
async fn a_slow_receiver_slows_the_sender_down() {
    let (mut channel, mut peer) = pair();
    let message = json!("x".repeat(10_000));
    let mut sent = 0;
    while tokio::time::timeout(Duration::from_millis(200), channel.send(&message))
        .await
        .is_ok()
    {
        sent += 1;
        assert!(sent < 1000, "nothing holds it up");
    }

    // The message that was given up is finished before the next one, so that all lines are whole.
    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        peer.read_to_end(&mut all).await.unwrap();
        all
    });
    channel.send(&json!("last")).await.unwrap();
    drop(channel);
    let all = reading.await.unwrap();
    let lines: Vec<Value> = all
        .split(|&byte| byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(lines.len(), sent + 2);
    assert_eq!(lines[sent + 1], json!("last"));
}
