//! Reloads: a new worker before the old one goes, or none.

use super::super::{Action, Input};
use super::{Process, START, World};
use crate::WorkerId;

#[test]
fn a_reload_starts_the_new_one_before_the_old_one_goes_slot_by_slot() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);

    world.tell(Input::Reload);
    assert_eq!(world.ids(Process::Starting), [3]);
    assert_eq!(world.ids(Process::Ready), [1, 2]);
    world.ready(3);
    assert_eq!(world.ids(Process::Draining), [1]);
    assert!(
        world.ids(Process::Starting).is_empty(),
        "the old one is not gone yet"
    );
    world.exits(1);
    world.ready(4);
    world.exits(2);

    assert_eq!(world.ids(Process::Ready), [3, 4]);
    assert_eq!(world.notices, [Action::Reloaded]);
}

#[test]
fn a_new_one_that_fails_leaves_the_old_ones_as_they_are() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    world.tell(Input::Reload);

    world.exits(3);

    assert_eq!(world.alive.len(), 2);
    assert_eq!(world.ids(Process::Ready), [1, 2]);
    assert_eq!(world.notices, [Action::ReloadFailed]);
}

#[test]
fn a_new_one_that_is_never_ready_is_killed_and_the_reload_given_up() {
    let mut world = World::new(1);
    world.ready(1);
    world.tell(Input::Reload);

    world.pass(START);
    assert_eq!(world.ids(Process::Killed), [2]);
    world.exits(2);

    assert_eq!(world.ids(Process::Ready), [1]);
    assert_eq!(
        world.notices,
        [Action::StartTimedOut(WorkerId(2)), Action::ReloadFailed]
    );
}

#[test]
fn a_reload_that_is_asked_for_during_another_comes_after_it() {
    let mut world = World::new(1);
    world.ready(1);
    world.tell(Input::Reload);
    world.tell(Input::Reload);
    world.tell(Input::Reload);
    world.ready(2);
    world.exits(1);
    assert_eq!(world.ids(Process::Starting), [3]);
    world.ready(3);
    world.exits(2);

    assert_eq!(world.notices, [Action::Reloaded, Action::Reloaded]);
    assert_eq!(world.ids(Process::Ready), [3]);
}

#[test]
fn a_place_that_is_given_up_during_a_reload_does_not_end_it() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    world.tell(Input::Reload);
    world.ready(3);
    world.exits(1);
    assert_eq!(world.ids(Process::Starting), [4]);

    world.tell(Input::Scale(1));
    world.exits(4);
    world.exits(2);

    assert_eq!(world.notices, [Action::Reloaded]);
}
