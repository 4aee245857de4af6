//! Workers that are lost: replaced at once, later, or not at all.

use std::time::Duration;

use super::super::{Action, BackOff, Input, ShutdownReason};
use super::{Process, World, settings};
use crate::{Settings, WorkerId};

#[test]
fn a_worker_that_crashes_is_replaced_at_once_and_then_later_and_later() {
    let mut world = World::new(1);
    world.ready(1);
    world.exits(1);
    let mut waits = Vec::new();
    for id in 2..=8 {
        assert_eq!(world.ids(Process::Starting), [id]);
        world.exits(id);
        let until = world
            .supervisor
            .deadline()
            .expect("it is to be tried again");
        waits.push((until - world.now).as_millis());
        world.pass(until - world.now);
    }

    for (wait, expected) in waits
        .into_iter()
        .zip([100, 200, 400, 800, 1600, 3200, 6400])
    {
        assert!(
            wait * 10 >= expected * 8 && wait * 10 <= expected * 12,
            "{wait} for {expected}"
        );
    }
}

#[test]
fn whoever_was_healthy_for_long_is_replaced_at_once_again() {
    let mut world = World::new(1);
    world.exits(1);
    world.exits(2);
    let wait = world.supervisor.deadline().expect("a retry") - world.now;
    world.pass(wait);
    world.ready(3);
    world.pass(BackOff::default().healthy);

    world.exits(3);

    assert_eq!(world.ids(Process::Starting), [4]);
}

#[test]
fn who_was_ready_is_missed_for_half_a_second_at_most() {
    let mut world = World::new(1);
    for id in 1..=20 {
        world.ready(id);
        world.exits(id);
        if let Some(until) = world
            .supervisor
            .deadline()
            .filter(|_| world.alive.is_empty())
        {
            assert!(until - world.now <= Duration::from_millis(600));
            world.pass(until - world.now);
        }
    }
}

#[test]
fn a_program_that_cannot_start_is_given_up_within_two_seconds() {
    let mut world = World::new(2);
    let begin = world.now;
    while world.finished.is_none() {
        match world.ids(Process::Starting).first() {
            Some(id) => world.exits(*id),
            None if !world.alive.is_empty() => {
                let killed = world.ids(Process::Killed)[0];
                world.exits(killed);
            }
            None => {
                let until = world.supervisor.deadline().expect("a next try");
                world.pass(until - world.now);
            }
        }
    }

    assert!(matches!(
        world.finished,
        Some(ShutdownReason::GaveUp { .. })
    ));
    assert!(world.now - begin < Duration::from_secs(2));
    assert!(world.started.len() <= 10, "{} starts", world.started.len());
}

#[test]
fn a_program_that_is_never_ready_in_time_is_given_up_as_well() {
    let mut world = World::new(1);
    while world.finished.is_none() {
        assert!(world.started.len() <= 5, "{} starts", world.started.len());
        if let Some(killed) = world.ids(Process::Killed).first().copied() {
            world.exits(killed);
        } else {
            let until = world.supervisor.deadline().expect("a limit or a next try");
            world.pass(until - world.now);
        }
    }

    assert_eq!(
        world.finished,
        Some(ShutdownReason::GaveUp { slot: 0, tries: 5 })
    );
}

#[test]
fn one_slot_that_crashes_for_ever_does_not_end_the_others() {
    let mut world = World::new(2);
    world.ready(1);
    for _ in 0..50 {
        while let Some(id) = world.ids(Process::Starting).first().copied() {
            world.exits(id);
        }
        let until = world.supervisor.deadline().expect("a next try");
        world.pass(until - world.now);
    }

    assert_eq!(world.ids(Process::Ready), [1]);
    assert_eq!(world.finished, None);
}

#[test]
fn a_worker_that_is_silent_is_killed_and_replaced() {
    let mut world = World::new(2);
    world.ready(1);
    world.ready(2);
    for _ in 0..7 {
        world.tell(Input::Heartbeat(WorkerId(2)));
        world.tell(Input::HeartbeatTick);
    }

    assert_eq!(world.ids(Process::Killed), [1]);
    assert_eq!(world.notices, [Action::Hung(WorkerId(1))]);
    world.exits(1);
    assert_eq!(world.ids(Process::Starting), [3]);
}

#[test]
fn whoever_is_killed_is_replaced_when_it_is_gone_and_not_before() {
    let mut world = World::new(1);
    world.ready(1);
    (0..7).for_each(|_| world.tell(Input::HeartbeatTick));
    assert_eq!(world.ids(Process::Killed), [1]);
    assert!(world.ids(Process::Starting).is_empty());

    world.exits(1);

    assert_eq!(world.ids(Process::Starting), [2]);
}

#[test]
fn somebody_who_was_asked_to_go_by_others_is_replaced_while_it_finishes() {
    let mut world = World::new(1);
    world.ready(1);

    world.tell(Input::Leaving(WorkerId(1)));

    assert_eq!(world.ids(Process::Draining), [1]);
    assert_eq!(world.ids(Process::Starting), [2]);
    assert!(!world.supervisor.is_voluntary(WorkerId(1)));
}

#[test]
fn without_respawn_the_cluster_ends_with_its_last_worker() {
    let settings = Settings {
        respawn: false,
        ..settings()
    };
    let mut world = World::with(settings, 2);
    world.ready(1);
    world.ready(2);
    world.exits(1);
    assert_eq!(world.finished, None);

    world.exits(2);

    assert_eq!(world.finished, Some(ShutdownReason::NobodyLeft));
    assert_eq!(world.started.len(), 2);
}

#[test]
fn without_respawn_whoever_hangs_is_not_replaced_either() {
    let settings = Settings {
        respawn: false,
        ..settings()
    };
    let mut world = World::with(settings, 1);
    world.ready(1);
    (0..7).for_each(|_| world.tell(Input::HeartbeatTick));

    world.exits(1);

    assert_eq!(world.finished, Some(ShutdownReason::NobodyLeft));
}
