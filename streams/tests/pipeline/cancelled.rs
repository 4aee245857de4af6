//! Giving up at every place where a pipeline can wait.

use std::future::{pending, ready};

use bytes::Bytes;
use futures::{FutureExt, StreamExt, stream};
use streams::{ByteSink, Error, pipeline, until};
use tokio::sync::oneshot;

use super::scene::{Place, Scene, Script};

fn hanging_at(place: Place) -> Script {
    Script {
        hangs_at: Some(place),
        ..Script::default()
    }
}

#[test]
fn a_dropped_pipeline_releases_everything_wherever_it_waits() {
    use Place::{SinkClose, SinkFlush, SinkReady, Source};

    for place in [Source, SinkReady, SinkFlush, SinkClose] {
        let scene = Scene::default();
        let script = hanging_at(place);
        let mut running = Box::pin(pipeline(scene.source(script), scene.sink(script)));
        assert!((&mut running).now_or_never().is_none(), "{place:?}");
        assert!(scene.parts() > 0);

        drop(running);

        assert_eq!(scene.parts(), 0, "{place:?}");
    }
}

#[test]
fn a_dropped_pipeline_does_not_close_its_sink() {
    for place in [Place::Source, Place::SinkReady, Place::SinkFlush] {
        let scene = Scene::default();
        let script = hanging_at(place);
        let mut running = Box::pin(pipeline(scene.source(script), scene.sink(script)));
        assert!((&mut running).now_or_never().is_none(), "{place:?}");

        drop(running);

        assert!(!scene.asked().contains(&Place::SinkClose), "{place:?}");
    }
}

#[test]
fn a_pipeline_that_was_never_polled_releases_everything() {
    let scene = Scene::default();
    let script = Script::default();

    drop(pipeline(scene.source(script), scene.sink(script)));

    assert_eq!(scene.parts(), 0);
    assert_eq!(scene.asked(), []);
}

#[test]
fn while_the_source_waits_the_sink_is_flushed() {
    let scene = Scene::default();
    let script = hanging_at(Place::Source);
    let mut running = Box::pin(pipeline(scene.source(script), scene.sink(script)));

    assert!((&mut running).now_or_never().is_none());

    assert_eq!(scene.asked().last(), Some(&Place::SinkFlush));
    assert_eq!(scene.delivered(), 1);
}

#[tokio::test]
async fn a_stop_that_comes_meanwhile_cancels() {
    let (stop, stopped) = oneshot::channel::<()>();
    let endless = stream::repeat_with(|| Ok(Bytes::from_static(b"more")));
    let slow = endless.then(async |item| {
        tokio::task::yield_now().await;
        item
    });
    let mut stop = Some(stop);
    let mut seen = 0;
    let stopping = slow.inspect(move |_| {
        seen += 1;
        if seen == 100 {
            drop(stop.take());
        }
    });

    let outcome = until(
        stopped.map(drop),
        pipeline(stopping, ByteSink::new(tokio::io::sink())),
    )
    .await;

    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
}

#[tokio::test]
async fn a_stop_that_has_come_already_wins_over_work_that_never_waits() {
    let all = stream::iter([Ok(Bytes::from_static(b"all of it"))]);
    let mut written = Vec::new();

    let outcome = until(ready(()), pipeline(all, ByteSink::new(&mut written))).await;

    assert!(matches!(outcome, Err(Error::Cancelled)), "{outcome:?}");
    assert_eq!(written, b"");
}

#[tokio::test]
async fn a_stop_that_never_comes_changes_nothing() {
    let all = stream::iter([Ok(Bytes::from_static(b"all of it"))]);
    let mut written = Vec::new();

    let outcome = until(pending(), pipeline(all, ByteSink::new(&mut written))).await;

    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(written, b"all of it");
}

#[tokio::test]
async fn an_error_is_not_turned_into_a_cancellation() {
    let failing = stream::iter([Err(Error::Truncated)]);
    let anywhere = ByteSink::new(tokio::io::sink());

    let outcome = until(pending(), pipeline(failing, anywhere)).await;

    assert!(matches!(outcome, Err(Error::Truncated)), "{outcome:?}");
}
