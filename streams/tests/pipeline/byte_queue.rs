//! The queue that counts: advice, wall, drain, and ends that go away.

use bytes::Bytes;
use futures::{FutureExt, StreamExt};
use streams::Error;
use streams::{WriteStatus, byte_queue};

fn bytes(len: usize) -> Bytes {
    vec![0; len].into()
}

#[test]
fn the_advice_is_to_stop_from_the_mark_on() {
    let (producer, _consumer) = byte_queue(10);

    let advice = [4, 5, 1, 1].map(|len| producer.push(bytes(len)).unwrap());

    assert_eq!(
        advice,
        [
            WriteStatus::Ready,
            WriteStatus::Ready,
            WriteStatus::Full,
            WriteStatus::Full
        ]
    );
}

#[test]
fn advice_can_be_ignored() {
    let (producer, _consumer) = byte_queue(10);

    for _ in 0..1_000 {
        producer.push(bytes(10)).unwrap();
    }

    assert_eq!(producer.queued_bytes(), 10_000);
}

#[test]
fn the_wall_stands_at_the_mark() {
    let (producer, mut consumer) = byte_queue(10);
    assert!(producer.send(bytes(4)).now_or_never().is_some());
    assert!(producer.send(bytes(6)).now_or_never().is_some());

    let mut waiting = Box::pin(producer.send(bytes(4)));
    assert!((&mut waiting).now_or_never().is_none());
    drop(consumer.next().now_or_never());

    assert!(waiting.now_or_never().is_some());
}

#[test]
fn a_chunk_larger_than_the_mark_goes_alone() {
    let (producer, mut consumer) = byte_queue(10);
    producer.push(bytes(1)).unwrap();

    let mut waiting = Box::pin(producer.send(bytes(1_000)));
    assert!((&mut waiting).now_or_never().is_none());
    drop(consumer.next().now_or_never());

    assert!(waiting.now_or_never().is_some());
    assert_eq!(producer.queued_bytes(), 1_000);
}

#[test]
fn bytes_count_until_the_chunk_is_dropped() {
    let (producer, mut consumer) = byte_queue(10);
    producer.push(bytes(7)).unwrap();

    let chunk = consumer.next().now_or_never();
    let held = producer.queued_bytes();
    drop(chunk);

    assert_eq!((held, producer.queued_bytes()), (7, 0));
}

#[test]
fn drained_waits_for_the_last_byte() {
    let (producer, mut consumer) = byte_queue(10);
    producer.push(bytes(7)).unwrap();
    producer.push(bytes(7)).unwrap();
    let mut drained = Box::pin(producer.drained());

    assert!((&mut drained).now_or_never().is_none());
    drop(consumer.next().now_or_never());
    assert!((&mut drained).now_or_never().is_none());
    drop(consumer.next().now_or_never());

    assert!(matches!(drained.now_or_never(), Some(Ok(()))));
}

#[test]
fn a_cancelled_send_has_queued_nothing() {
    let (producer, mut consumer) = byte_queue(10);
    producer.push(bytes(10)).unwrap();

    assert!(producer.send(bytes(3)).now_or_never().is_none());
    drop(consumer.next().now_or_never());
    drop(producer);

    let end = consumer.next().now_or_never();
    assert!(matches!(end, Some(None)), "{end:?}");
}

#[test]
fn chunks_before_the_end_are_delivered() {
    let (producer, consumer) = byte_queue(100);
    for len in [1, 0, 3] {
        producer.push(bytes(len)).unwrap();
    }

    drop(producer);

    let lens = consumer.map(|chunk| chunk.len()).collect::<Vec<_>>();
    assert_eq!(lens.now_or_never(), Some(vec![1, 0, 3]));
}

#[test]
fn a_consumer_that_is_gone_is_a_premature_close() {
    let (producer, consumer) = byte_queue(10);

    drop(consumer);

    assert!(matches!(
        producer.push(bytes(1)),
        Err(Error::PrematureClose)
    ));
    let sent = producer.send(bytes(1)).now_or_never();
    assert!(matches!(sent, Some(Err(Error::PrematureClose))));
    assert_eq!(producer.queued_bytes(), 0);
}

#[tokio::test]
async fn a_consumer_that_goes_while_a_send_waits_is_a_premature_close() {
    let (producer, consumer) = byte_queue(10);
    producer.push(bytes(10)).unwrap();

    let (sent, drained, ()) = tokio::join!(producer.send(bytes(1)), producer.drained(), async {
        tokio::task::yield_now().await;
        drop(consumer);
    });

    assert!(matches!(sent, Err(Error::PrematureClose)), "{sent:?}");
    assert!(matches!(drained, Err(Error::PrematureClose)), "{drained:?}");
}

#[tokio::test]
async fn a_fast_producer_never_gets_further_ahead_than_the_mark() {
    let (producer, mut consumer) = byte_queue(64);
    let producing = async {
        for _ in 0..1_000 {
            producer.send(bytes(16)).await.unwrap();
            assert!(producer.queued_bytes() <= 64);
        }
        drop(producer);
    };
    let consuming = async {
        let mut taken = 0;
        while let Some(chunk) = consumer.next().await {
            tokio::task::yield_now().await;
            taken += chunk.len();
        }
        taken
    };

    let ((), taken) = tokio::join!(producing, consuming);

    assert_eq!(taken, 16_000);
}
