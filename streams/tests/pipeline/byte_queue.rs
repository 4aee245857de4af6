//! The queue that counts: status, wall, drain, both ends of a pipeline, and ends that go away.

use bytes::Bytes;
use futures::{FutureExt, SinkExt, StreamExt, TryStreamExt, stream};
use streams::{ByteSink, Error, Producer, WriteStatus, byte_queue, pipeline};

fn bytes(len: usize) -> Bytes {
    vec![0; len].into()
}

/// Feeds a chunk if there is room now.
fn fed(producer: &mut Producer, len: usize) -> Option<Result<(), Error>> {
    producer.feed(bytes(len)).now_or_never()
}

#[test]
fn the_queue_is_full_from_the_mark_on() {
    let (mut producer, _consumer) = byte_queue(10);

    let status = [4, 5, 1, 1].map(|len| producer.push(bytes(len)).unwrap());

    use WriteStatus::{Full, Ready};
    assert_eq!(status, [Ready, Ready, Full, Full]);
}

#[test]
fn the_status_can_be_ignored() {
    let (mut producer, _consumer) = byte_queue(10);

    for _ in 0..1_000 {
        producer.push(bytes(10)).unwrap();
    }

    assert_eq!(producer.queued_bytes(), 10_000);
}

#[test]
fn a_sink_waits_at_the_mark() {
    let (mut producer, mut consumer) = byte_queue(10);
    assert!(fed(&mut producer, 4).is_some());
    assert!(fed(&mut producer, 6).is_some());

    let mut waiting = producer.feed(bytes(4));
    assert!((&mut waiting).now_or_never().is_none());
    drop(consumer.next().now_or_never());

    assert!(waiting.now_or_never().is_some());
}

#[test]
fn a_mark_of_zero_still_lets_one_chunk_in() {
    let (mut producer, _consumer) = byte_queue(0);

    assert!(fed(&mut producer, 1_000).is_some());
    assert!(fed(&mut producer, 1).is_none());
}

#[test]
fn bytes_count_until_the_last_clone_of_the_chunk_is_dropped() {
    let (mut producer, mut consumer) = byte_queue(10);
    producer.push(bytes(7)).unwrap();

    let chunk = consumer.next().now_or_never().unwrap().unwrap().unwrap();
    let part = chunk.slice(1..2);
    drop(chunk);
    let held = producer.queued_bytes();
    drop(part);

    assert_eq!((held, producer.queued_bytes()), (7, 0));
}

#[test]
fn drained_waits_for_the_last_byte() {
    let (mut producer, mut consumer) = byte_queue(10);
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
fn a_cancelled_feed_has_queued_nothing() {
    let (mut producer, mut consumer) = byte_queue(10);
    producer.push(bytes(10)).unwrap();

    assert!(fed(&mut producer, 3).is_none());
    drop(consumer.next().now_or_never());
    producer.end();

    let end = consumer.next().now_or_never();
    assert!(matches!(end, Some(None)), "{end:?}");
}

#[test]
fn chunks_before_the_end_are_delivered() {
    let (mut producer, consumer) = byte_queue(100);
    for len in [1, 0, 3] {
        producer.push(bytes(len)).unwrap();
    }

    producer.end();
    drop(producer);

    let lens = consumer.map_ok(|chunk| chunk.len()).try_collect::<Vec<_>>();
    assert!(matches!(lens.now_or_never(), Some(Ok(lens)) if lens == [1, 0, 3]));
}

#[test]
fn a_producer_that_dies_is_no_end() {
    let (mut producer, mut consumer) = byte_queue(100);
    producer.push(bytes(1)).unwrap();

    drop(producer);

    assert!(matches!(consumer.next().now_or_never(), Some(Some(Ok(_)))));
    let end = consumer.next().now_or_never();
    assert!(
        matches!(end, Some(Some(Err(Error::PrematureClose)))),
        "{end:?}"
    );
    assert!(matches!(consumer.next().now_or_never(), Some(None)));
}

#[tokio::test]
async fn a_task_that_is_aborted_half_way_ends_the_pipeline_with_an_error() {
    let (mut producer, consumer) = byte_queue(10);
    let producing = tokio::spawn(async move {
        loop {
            producer.send(bytes(10)).await.unwrap();
        }
    });
    let abort = async {
        tokio::task::yield_now().await;
        producing.abort();
    };

    let mut taken = Vec::new();
    let (ended, ()) = tokio::join!(pipeline(consumer, ByteSink::new(&mut taken)), abort);

    assert!(matches!(ended, Err(Error::PrematureClose)), "{ended:?}");
}

#[test]
fn an_error_can_be_sent_through_the_queue() {
    let (mut producer, mut consumer) = byte_queue(100);
    producer.push(bytes(1)).unwrap();

    producer.fail(Error::Truncated);

    assert!(matches!(consumer.next().now_or_never(), Some(Some(Ok(_)))));
    assert!(matches!(
        consumer.next().now_or_never(),
        Some(Some(Err(Error::Truncated)))
    ));
    assert!(matches!(consumer.next().now_or_never(), Some(None)));
}

#[test]
fn a_write_after_the_end_is_an_error() {
    let (mut producer, mut consumer) = byte_queue(100);
    producer.end();

    assert!(matches!(producer.push(bytes(1)), Err(Error::WriteAfterEnd)));
    assert!(matches!(
        fed(&mut producer, 1),
        Some(Err(Error::WriteAfterEnd))
    ));
    assert!(matches!(consumer.next().now_or_never(), Some(None)));
}

#[test]
fn a_consumer_that_is_gone_is_a_premature_close() {
    let (mut producer, consumer) = byte_queue(10);
    producer.push(bytes(3)).unwrap();

    drop(consumer);

    assert!(matches!(
        producer.push(bytes(1)),
        Err(Error::PrematureClose)
    ));
    assert!(matches!(
        fed(&mut producer, 1),
        Some(Err(Error::PrematureClose))
    ));
    assert!(matches!(
        producer.close().now_or_never(),
        Some(Err(Error::PrematureClose))
    ));
    assert_eq!(producer.queued_bytes(), 0);
}

#[tokio::test]
async fn a_consumer_that_goes_while_the_producer_waits_is_a_premature_close() {
    for drained in [false, true] {
        let (mut producer, consumer) = byte_queue(10);
        producer.push(bytes(10)).unwrap();
        let waiting = async {
            match drained {
                true => producer.drained().await,
                false => producer.feed(bytes(1)).await,
            }
        };

        let (waited, ()) = tokio::join!(waiting, async {
            tokio::task::yield_now().await;
            drop(consumer);
        });

        assert!(matches!(waited, Err(Error::PrematureClose)), "{waited:?}");
    }
}

#[tokio::test]
async fn a_consumer_that_goes_ends_a_pipeline_whose_source_is_idle() {
    let (producer, consumer) = byte_queue(10);

    let idle = pipeline(stream::pending(), producer);
    let (ended, ()) = tokio::join!(idle, async {
        tokio::task::yield_now().await;
        drop(consumer);
    });

    assert!(matches!(ended, Err(Error::PrematureClose)), "{ended:?}");
}

#[tokio::test]
async fn a_queue_stands_at_either_end_of_a_pipeline() {
    let (producer, consumer) = byte_queue(10);
    let source = stream::iter([Ok("one ".into()), Ok("two ".into()), Ok("three".into())]);

    let mut taken = Vec::new();
    let (sent, received) = tokio::join!(
        pipeline(source, producer),
        pipeline(consumer, ByteSink::new(&mut taken))
    );

    sent.and(received).unwrap();
    assert_eq!(taken, b"one two three");
}

#[tokio::test]
async fn a_fast_producer_is_ahead_by_the_mark_and_a_chunk_at_most() {
    let (mut producer, mut consumer) = byte_queue(60);
    let producing = async {
        for _ in 0..1_000 {
            producer.send(bytes(16)).await.unwrap();
            assert!(producer.queued_bytes() < 60 + 16);
        }
        producer.end();
    };
    let consuming = async {
        let mut taken = 0;
        while let Some(chunk) = consumer.try_next().await.unwrap() {
            tokio::task::yield_now().await;
            taken += chunk.len();
        }
        taken
    };

    let ((), taken) = tokio::join!(producing, consuming);

    assert_eq!(taken, 16_000);
}

#[test]
fn chunks_can_be_collected() {
    let (mut producer, consumer) = byte_queue(4);
    let producing = async {
        for _ in 0..10 {
            producer.send("abcd".into()).await.unwrap();
        }
        producer.end();
    };
    let collecting = consumer.try_collect::<Vec<_>>();
    let mut both = Box::pin(async { tokio::join!(producing, collecting) });

    // More turns than they need, so that a test that would hang fails.
    for _ in 0..100 {
        if let Some(((), collected)) = (&mut both).now_or_never() {
            assert_eq!(collected.unwrap(), ["abcd"; 10]);
            return;
        }
    }
    panic!("they wait for each other");
}

#[test]
fn an_old_chunk_that_is_dropped_does_not_count_twice() {
    let (mut producer, mut consumer) = byte_queue(10);
    producer.push(bytes(3)).unwrap();
    producer.push(bytes(4)).unwrap();

    let first = consumer.next().now_or_never();
    let second = consumer.next().now_or_never();
    let in_hand = producer.queued_bytes();
    drop(first);
    let still = producer.queued_bytes();
    drop(second);

    assert_eq!((in_hand, still, producer.queued_bytes()), (4, 4, 0));
}
