//! A failure at every place: the first error comes back, and by then everything is released.

use futures::FutureExt;
use streams::pipeline;

use super::scene::{Place, Scene, Script};

const EVERYWHERE: [Place; 7] = [
    Place::Source,
    Place::Transform,
    Place::Flush,
    Place::SinkReady,
    Place::SinkStart,
    Place::SinkFlush,
    Place::SinkClose,
];

async fn run(scene: &Scene, script: Script) -> Result<(), Place> {
    pipeline(scene.source(script), scene.sink(script)).await
}

fn failing_at(place: Place) -> Script {
    Script {
        fails_at: Some(place),
        ..Script::default()
    }
}

#[tokio::test]
async fn without_a_failure_everything_is_delivered_closed_and_released() {
    let scene = Scene::default();

    let outcome = run(&scene, Script::default()).await;

    assert_eq!(outcome, Ok(()));
    assert_eq!(scene.delivered(), 5);
    assert_eq!(scene.asked().last(), Some(&Place::SinkClose));
    assert_eq!(scene.parts(), 0);
}

#[tokio::test]
async fn a_failure_anywhere_is_the_outcome() {
    for place in EVERYWHERE {
        let outcome = run(&Scene::default(), failing_at(place)).await;

        assert_eq!(outcome, Err(place));
    }
}

#[tokio::test]
async fn a_failure_anywhere_releases_everything() {
    for place in EVERYWHERE {
        let scene = Scene::default();

        let _ = run(&scene, failing_at(place)).await;

        assert_eq!(scene.parts(), 0, "{place:?}");
    }
}

#[tokio::test]
async fn a_sink_is_not_closed_after_a_failure() {
    for place in EVERYWHERE.into_iter().filter(|&p| p != Place::SinkClose) {
        let scene = Scene::default();

        let _ = run(&scene, failing_at(place)).await;

        assert!(!scene.asked().contains(&Place::SinkClose), "{place:?}");
    }
}

#[tokio::test]
async fn a_sink_that_has_failed_is_asked_nothing_more() {
    use Place::{SinkClose, SinkFlush, SinkReady, SinkStart};

    for place in [SinkReady, SinkStart, SinkFlush, SinkClose] {
        let scene = Scene::default();

        let _ = run(&scene, failing_at(place)).await;

        assert_eq!(scene.asked().last(), Some(&place));
    }
}

#[tokio::test]
async fn what_came_before_a_failure_of_the_source_is_delivered() {
    let scene = Scene::default();

    let outcome = run(&scene, failing_at(Place::Source)).await;

    // Two came; the stage kept the second, and is not flushed after a failure.
    assert_eq!((outcome, scene.delivered()), (Err(Place::Source), 1));
    assert_eq!(scene.asked().last(), Some(&Place::SinkFlush));
}

#[tokio::test]
async fn what_a_stage_pushed_before_it_failed_at_the_end_is_delivered() {
    let scene = Scene::default();

    let outcome = run(&scene, failing_at(Place::Flush)).await;

    assert_eq!((outcome, scene.delivered()), (Err(Place::Flush), 5));
}

#[tokio::test]
async fn the_first_of_two_failures_wins() {
    let scene = Scene::default();
    let script = Script {
        fails_at: Some(Place::Source),
        also_fails_at: Some(Place::SinkFlush),
        ..Script::default()
    };

    let outcome = run(&scene, script).await;

    assert_eq!(outcome, Err(Place::Source));
    assert_eq!(scene.parts(), 0);
}

#[test]
fn a_failure_of_the_source_does_not_wait_for_a_sink_that_has_stalled() {
    let scene = Scene::default();
    let stalled = Script {
        hangs_at: Some(Place::SinkFlush),
        ..Script::default()
    };

    let source = scene.source(failing_at(Place::Source));
    let outcome = pipeline(source, scene.sink(stalled)).now_or_never();

    assert_eq!(outcome, Some(Err(Place::Source)));
    assert_eq!(scene.parts(), 0);
}
