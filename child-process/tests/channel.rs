//! The channel: messages whole and in order, and peers that do what they should not.

use std::time::Duration;

use child_process::{Channel, Error};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// Any time, however short, lasts for a turn of the runtime: what has been written before is read.
const ONE_TURN: Duration = Duration::from_millis(1);

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
    // No time at all is one look: what is not sent by then waits for the receiver.
    while tokio::time::timeout(Duration::ZERO, channel.send(&message))
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

#[tokio::test]
async fn numbers_and_the_order_of_keys_survive() {
    let (mut channel, mut peer) = pair();
    let text =
        r#"{"z":0.39324230028913587,"a":5e-324,"m":1.7976931348623157e308,"b":9007199254740993}"#;
    peer.write_all(format!("{text}\n").as_bytes())
        .await
        .unwrap();

    let message = channel.recv().await.unwrap().unwrap();
    assert_eq!(message["z"].as_f64(), Some(0.39324230028913587));
    let keys: Vec<_> = message.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["z", "a", "m", "b"]);
}

#[tokio::test]
async fn what_a_value_cannot_hold_is_refused_by_name_and_taken_raw() {
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let messages = [
        "\"\\ud800\"",
        "{\"\\udc00\":1}",
        &deep,
        "1e999",
        "\"after\"",
    ];
    let lines = messages.join("\n") + "\n";
    let (mut channel, mut peer) = pair();
    peer.write_all(lines.as_bytes()).await.unwrap();

    for (message, cause) in messages.iter().zip([
        "lone surrogate",
        "lone surrogate",
        "recursion limit",
        "out of range",
    ]) {
        let error = channel.recv().await.unwrap_err();
        let Error::BadMessage { ref source, .. } = error else {
            panic!("{error:?}")
        };
        let text = format!("{error}: {source}");
        assert!(text.contains(cause), "{message:.20}: {text}");
    }
    assert_eq!(channel.recv().await.unwrap(), Some(json!("after")));

    let (ours, mut peer) = UnixStream::pair().unwrap();
    let mut raw = Channel::<Box<RawValue>, Box<RawValue>>::over(ours.into_std().unwrap()).unwrap();
    peer.write_all(lines.as_bytes()).await.unwrap();
    for message in messages {
        let received = raw.recv().await.unwrap().unwrap();
        assert_eq!(received.get(), message);
        raw.send(&received).await.unwrap();
    }
    drop(raw);
    let mut back = String::new();
    peer.read_to_string(&mut back).await.unwrap();
    assert_eq!(back, lines, "sent as they came");
}

#[tokio::test]
async fn a_raw_message_over_several_lines_is_sent_as_one() {
    let (ours, mut peer) = UnixStream::pair().unwrap();
    let raw = Channel::<Value, Box<RawValue>>::over(ours.into_std().unwrap()).unwrap();
    let (sender, _receiver) = raw.into_split();
    let message = RawValue::from_string("{\n  \"a\": 1\n}".to_owned()).unwrap();

    sender.send(&message).await.unwrap();

    let mut sent = [0; 100];
    let len = peer.read(&mut sent).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&sent[..len]), "{   \"a\": 1 }\n");
    let deep = "[".repeat(200) + &"]".repeat(200);
    let reserved = format!("{{\"x\":{deep},\"cmd\":\"NODE_HANDLE\"}}");
    let refused = sender.send(&RawValue::from_string(reserved).unwrap()).await;
    assert!(
        matches!(refused, Err(Error::Reserved { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_refusal_outlives_the_recv_that_was_dropped() {
    let (ours, mut peer) = UnixStream::pair().unwrap();
    let (sender, mut receiver) = Channel::<Value, Value>::over(ours.into_std().unwrap())
        .unwrap()
        .into_split();
    // The writer is held up: the peer does not read.
    let large = json!("x".repeat(4 << 20));
    let mut sending = Box::pin(sender.send(&large));
    assert!(
        tokio::time::timeout(Duration::ZERO, &mut sending)
            .await
            .is_err()
    );
    peer.write_all(b"{\"cmd\":\"NODE_HANDLE\"}\n\"next\"\n")
        .await
        .unwrap();
    // It waits for the writer to refuse the handle, and is given up.
    assert!(
        tokio::time::timeout(ONE_TURN, receiver.recv())
            .await
            .is_err()
    );

    let reading = tokio::spawn(async move {
        let mut all = Vec::new();
        peer.read_to_end(&mut all).await.unwrap();
        all
    });
    sending.await.unwrap();
    assert_eq!(receiver.recv().await.unwrap(), Some(json!("next")));
    drop((sender, receiver));
    assert!(
        reading
            .await
            .unwrap()
            .ends_with(b"{\"cmd\":\"NODE_HANDLE_NACK\"}\n")
    );
}

#[tokio::test]
async fn both_ends_know_whether_they_are_connected() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let mut here: Channel = Channel::over(ours.into_std().unwrap()).unwrap();
    let mut there: Channel = Channel::over(theirs.into_std().unwrap()).unwrap();
    assert!(here.is_connected() && there.is_connected());

    here.disconnect().await.unwrap();
    assert!(!here.is_connected());
    assert!(
        matches!(here.disconnect().await, Err(Error::Disconnected)),
        "the second time"
    );
    assert!(matches!(
        here.send(&json!(1)).await,
        Err(Error::Disconnected)
    ));
    there.send(&json!("still received")).await.unwrap();
    assert_eq!(here.recv().await.unwrap(), Some(json!("still received")));
    assert_eq!(there.recv().await.unwrap(), None);
    assert!(!there.is_connected());
}

#[tokio::test]
async fn a_recv_that_is_dropped_within_a_message_loses_nothing() {
    let (mut channel, mut peer) = pair();
    for part in ["{\"a\"", ":[1,", "2"] {
        peer.write_all(part.as_bytes()).await.unwrap();
        let received = tokio::time::timeout(ONE_TURN, channel.recv()).await;
        assert!(received.is_err(), "{received:?}");
    }
    peer.write_all(b"]}\n\"next\"\n").await.unwrap();

    assert_eq!(channel.recv().await.unwrap(), Some(json!({"a": [1, 2]})));
    assert_eq!(channel.recv().await.unwrap(), Some(json!("next")));
}
