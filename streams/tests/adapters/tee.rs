//! One source and several sinks: all get everything, the slowest sets the pace, the first error ends it.

use std::convert::Infallible;

use futures::channel::mpsc;
use futures::{FutureExt, SinkExt, StreamExt, stream};
use streams::{Tee, pipeline};

use super::scene::{Place, Scene, Script};

#[tokio::test]
async fn every_sink_gets_every_item_in_order() {
    let (first, first_got) = mpsc::unbounded();
    let (second, second_got) = mpsc::unbounded();
    let numbers = stream::iter(0..100).map(Ok::<_, mpsc::SendError>);

    pipeline(numbers, Tee::new([first, second])).await.unwrap();

    let expected: Vec<_> = (0..100).collect();
    assert_eq!(first_got.collect::<Vec<_>>().await, expected);
    assert_eq!(second_got.collect::<Vec<_>>().await, expected);
}

#[test]
fn the_slowest_sets_the_pace() {
    // A channel for 0 has one slot, the sender's own.
    let (fast, mut fast_got) = mpsc::channel(1_000);
    let (slow, mut slow_got) = mpsc::channel(0);
    let numbers = stream::iter(0..1_000).map(Ok::<_, mpsc::SendError>);
    let mut running = Box::pin(pipeline(numbers, Tee::new([fast, slow])));

    for number in 0..10 {
        assert!((&mut running).now_or_never().is_none());

        assert_eq!(fast_got.try_recv(), Ok(number));
        assert!(fast_got.try_recv().is_err(), "it has run ahead");
        assert_eq!(slow_got.try_recv(), Ok(number));
    }
}

#[test]
fn a_sink_behind_one_that_waits_makes_progress() {
    let (waiting, behind) = (Scene::default(), Scene::default());
    let hangs = Script {
        hangs_at: Some(Place::SinkFlush),
        ..Script::default()
    };
    let mut both = Tee::new([waiting.sink(hangs), behind.sink(Script::default())]);

    let flushed = both.flush().now_or_never();

    assert!(flushed.is_none());
    assert_eq!(behind.asked(), [Place::SinkFlush]);
}

#[tokio::test]
async fn an_error_of_one_sink_ends_the_others_unclosed() {
    let (source, healthy, failing) = (Scene::default(), Scene::default(), Scene::default());
    let fails = Script {
        fails_at: Some(Place::SinkStart),
        ..Script::default()
    };
    let sinks = [healthy.sink(Script::default()), failing.sink(fails)];

    let outcome = pipeline(source.source(Script::default()), Tee::new(sinks)).await;

    assert_eq!(outcome, Err(Place::SinkStart));
    assert_eq!([&source, &healthy, &failing].map(Scene::parts), [0; 3]);
    assert!(!healthy.asked().contains(&Place::SinkClose));
}

#[tokio::test]
async fn all_are_closed_at_the_end() {
    let scenes = [Scene::default(), Scene::default(), Scene::default()];
    let mut all = Tee::new(scenes.each_ref().map(|scene| scene.sink(Script::default())));

    all.close().await.unwrap();

    for scene in scenes {
        assert_eq!(scene.asked(), [Place::SinkClose]);
    }
}

#[tokio::test]
async fn without_sinks_everything_is_dropped() {
    let none: [futures::sink::Drain<u8>; 0] = [];
    let numbers = stream::iter(0..10).map(Ok::<u8, Infallible>);

    let outcome = pipeline(numbers, Tee::new(none)).await;

    assert_eq!(outcome, Ok(()));
}

#[tokio::test]
async fn of_independent_sinks_one_may_fail_alone() {
    let (source, healthy, failing) = (Scene::default(), Scene::default(), Scene::default());
    for place in [
        Place::SinkReady,
        Place::SinkStart,
        Place::SinkFlush,
        Place::SinkClose,
    ] {
        let fails = Script {
            fails_at: Some(place),
            ..Script::default()
        };
        let sinks = [failing.sink(fails), healthy.sink(Script::default())];
        let mut tee = Tee::independent(sinks);
        let before = healthy.delivered();

        let result = pipeline(source.source(Script::default()), &mut tee).await;

        assert_eq!(result, Ok(()), "{place:?}");
        assert_eq!(healthy.delivered() - before, 5);
        assert_eq!(healthy.asked().last(), Some(&Place::SinkClose));
        assert_eq!(tee.failures().collect::<Vec<_>>(), [(0, &place)]);
        assert_eq!(failing.parts(), 0, "a sink that has failed is dropped");
    }
}

#[tokio::test]
async fn when_all_independent_sinks_have_failed_the_pipeline_fails() {
    let scene = Scene::default();
    let fails = |place| {
        scene.sink(Script {
            fails_at: Some(place),
            ..Script::default()
        })
    };
    let tee = Tee::independent([fails(Place::SinkStart), fails(Place::SinkClose)]);

    let result = pipeline(scene.source(Script::default()), tee).await;

    assert_eq!(result, Err(Place::SinkClose));
}
