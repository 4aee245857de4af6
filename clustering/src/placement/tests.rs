//! Each listener has somebody, and just one where each has its own.

use super::{Change, Placement};
use crate::{Scheduling, WorkerId};

#[test]
fn shared_means_that_all_accept_from_the_one_there_is() {
    let mut placement = Placement::new(Scheduling::Shared);
    placement.add(WorkerId(1), 0);
    placement.add(WorkerId(2), 1);

    let listen = |id| Change::Listen(WorkerId(id), 0);
    assert_eq!(placement.changes(1), [listen(1), listen(2)]);
    assert_eq!(placement.changes(1), []);
}

#[test]
fn a_slot_without_a_worker_is_served_by_a_neighbour_until_there_is_one_again() {
    let mut placement = Placement::new(Scheduling::ReusePort);
    placement.add(WorkerId(1), 0);
    placement.add(WorkerId(2), 1);
    placement.changes(2);

    placement.retire(WorkerId(1));
    assert_eq!(placement.changes(2), [Change::Listen(WorkerId(2), 0)]);
    placement.add(WorkerId(3), 0);

    let back = [
        Change::Listen(WorkerId(3), 0),
        Change::Unlisten(WorkerId(2), 0),
    ];
    assert_eq!(placement.changes(2), back);
}

#[test]
fn the_new_one_of_a_reload_takes_the_listener_of_the_old_one() {
    let mut placement = Placement::new(Scheduling::ReusePort);
    placement.add(WorkerId(1), 0);
    placement.changes(1);

    placement.add(WorkerId(2), 0);

    let over = [
        Change::Listen(WorkerId(2), 0),
        Change::Unlisten(WorkerId(1), 0),
    ];
    assert_eq!(placement.changes(1), over);
}

#[test]
fn with_the_primary_accepting_nobody_else_does() {
    let mut placement = Placement::new(Scheduling::RoundRobin);
    placement.add(WorkerId(1), 0);

    assert_eq!(placement.changes(1), []);
}
