//! Fewer workers, and the end of the cluster.

use std::time::Duration;

use super::super::{Action, Input, ShutdownReason};
use super::{DRAIN, LAME_DUCK, Process, World, settings};
use crate::{Settings, WorkerId};

#[test]
fn a_drained_worker_is_not_replaced_until_one_is_forked() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    world.tell(Input::Drain(WorkerId(1)));
    assert!(world.supervisor.is_voluntary(WorkerId(1)));
    world.exits(1);
    assert_eq!(world.alive.len(), 1);

    world.tell(Input::Fork);

    assert_eq!(world.ids(Process::Starting), [3]);
}

#[test]
fn nobody_can_ask_for_more_workers_than_there_can_be() {
    let mut world = World::new(1);

    world.tell(Input::Scale(usize::MAX));

    assert_eq!(
        world.supervisor.wanted(),
        super::super::scaling::MOST_WORKERS
    );
}

#[test]
fn all_who_are_ended_at_once_end_by_our_will() {
    let mut world = World::new(1);
    world.ready(1);

    world.tell(Input::Quit);

    assert!(world.supervisor.is_voluntary(WorkerId(1)));
}

#[test]
fn a_shutdown_waits_for_those_who_finish_and_kills_those_who_do_not() {
    let mut world = World::new(3);
    world.ready(1);
    world.ready(2);

    world.tell(Input::Shutdown);
    assert_eq!(world.ids(Process::Draining), [1, 2]);
    assert_eq!(world.ids(Process::Killed), [3]);
    world.exits(1);
    world.exits(3);
    world.pass(DRAIN);
    assert_eq!(world.ids(Process::Killed), [2]);
    world.exits(2);

    assert_eq!(world.finished, Some(ShutdownReason::ShutDown));
}

fn lame_duck(workers: usize) -> World {
    let settings = Settings {
        lame_duck: LAME_DUCK,
        ..settings()
    };
    let mut world = World::with(settings, workers);
    for id in 1..=workers as u64 {
        world.ready(id);
    }
    world.tell(Input::Shutdown);
    world
}

#[test]
fn a_lame_duck_serves_on_until_its_time_is_over() {
    let mut world = lame_duck(2);
    assert!(world.supervisor.is_ending() && !world.supervisor.is_closing());
    assert_eq!(world.notices, [Action::LameDuck]);
    assert_eq!(world.supervisor.deadline(), Some(world.now + LAME_DUCK));

    world.pass(LAME_DUCK - Duration::from_millis(1));
    assert_eq!(world.serving(), 2);
    // Asked again, it goes neither earlier nor later.
    world.tell(Input::Shutdown);
    world.pass(Duration::from_millis(1));

    assert!(world.supervisor.is_closing());
    assert_eq!(world.ids(Process::Draining), [1, 2]);
    world.exits(1);
    world.exits(2);
    assert_eq!(world.finished, Some(ShutdownReason::ShutDown));
}

#[test]
fn a_lame_duck_replaces_whoever_dies_meanwhile() {
    let mut world = lame_duck(1);

    world.exits(1);

    assert_eq!(world.ids(Process::Starting), [2]);
    world.ready(2);
    world.pass(LAME_DUCK);
    assert_eq!(world.ids(Process::Draining), [2]);
}

#[test]
fn a_lame_duck_that_is_to_end_at_once_does() {
    let mut world = lame_duck(2);

    world.tell(Input::Quit);

    assert_eq!(world.ids(Process::Killed), [1, 2]);
    world.exits(1);
    world.exits(2);
    assert_eq!(world.finished, Some(ShutdownReason::Quit));
}
