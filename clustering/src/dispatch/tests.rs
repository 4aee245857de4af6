//! Even, and nothing lost: connections are numbers here.

use super::{Dispatcher, WINDOW};
use crate::WorkerId;

fn dispatcher(workers: u64) -> Dispatcher<u32> {
    let mut dispatcher = Dispatcher::new(1_000);
    (1..=workers).for_each(|id| dispatcher.add(WorkerId(id)));
    dispatcher
}

fn to(dispatcher: &mut Dispatcher<u32>, connection: u32) -> u64 {
    dispatcher.send(connection).expect("there is room").0.0
}

#[test]
fn equals_take_turns() {
    let mut dispatcher = dispatcher(3);

    let order: Vec<_> = (0..7)
        .map(|connection| to(&mut dispatcher, connection))
        .collect();

    assert_eq!(order, [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn equals_take_turns_though_each_is_done_before_the_next_comes() {
    let mut dispatcher = dispatcher(2);

    let order: Vec<_> = (0..4)
        .map(|connection| {
            let (id, number) = dispatcher.send(connection).expect("room");
            dispatcher.arrived(id, number, 1, 0, 1);
            dispatcher.is_open(id, 0);
            id.0
        })
        .collect();

    assert_eq!(order, [1, 2, 1, 2]);
}

#[test]
fn whoever_has_the_fewest_is_next() {
    let mut dispatcher = dispatcher(2);
    dispatcher.is_open(WorkerId(1), 5);
    dispatcher.is_open(WorkerId(2), 2);

    let order: Vec<_> = (0..5)
        .map(|connection| to(&mut dispatcher, connection))
        .collect();

    assert_eq!(order, [2, 2, 2, 1, 2]);
}

#[test]
fn what_goes_to_one_worker_has_numbers_in_a_row_so_that_one_answer_will_do() {
    let mut dispatcher = dispatcher(2);
    let sent: Vec<_> = (0..6)
        .map(|connection| dispatcher.send(connection).expect("room"))
        .collect();

    for id in [1, 2].map(WorkerId) {
        let numbers: Vec<_> = sent
            .iter()
            .filter(|(to, _)| *to == id)
            .map(|(_, number)| *number)
            .collect();
        dispatcher.arrived(id, numbers[0], 3, 0, 3);
    }

    assert!(!dispatcher.is_waiting());
}

#[test]
fn what_a_dead_worker_had_not_taken_is_given_again_in_order() {
    let mut dispatcher = dispatcher(1);
    (10..14).for_each(|connection| assert!(dispatcher.send(connection).is_ok()));
    dispatcher.arrived(WorkerId(1), 1, 2, 0, 2);

    dispatcher.remove(WorkerId(1));

    assert_eq!(
        dispatcher.take_returned(),
        None,
        "nobody is there to take it"
    );
    dispatcher.add(WorkerId(2));
    assert_eq!(dispatcher.take_returned(), Some(12));
    assert_eq!(dispatcher.take_returned(), Some(13));
    assert_eq!(dispatcher.take_returned(), None);
}

#[test]
fn what_a_worker_could_not_take_goes_to_another() {
    let mut dispatcher = dispatcher(2);
    let (first, number) = dispatcher.send(10).expect("room");
    dispatcher.send(20).expect("room");
    dispatcher.send(30).expect("room");

    dispatcher.arrived(first, number, 0, 1, 0);
    let again = dispatcher.take_returned().expect("it came back");

    assert_eq!((again, to(&mut dispatcher, again)), (10, 2));
}

#[test]
fn a_worker_without_descriptors_gets_nothing_until_it_says_something_else() {
    let mut dispatcher = dispatcher(1);
    let (id, number) = dispatcher.send(10).expect("room");
    dispatcher.arrived(id, number, 0, 1, 0);

    assert!(!dispatcher.has_room());
    dispatcher.is_open(id, 0);

    assert!(dispatcher.has_room());
}

#[test]
fn a_retired_worker_gets_nothing_but_its_connections_are_not_forgotten() {
    let mut dispatcher = dispatcher(2);
    dispatcher.send(10).expect("room");
    dispatcher.retire(WorkerId(1));
    assert_eq!(to(&mut dispatcher, 11), 2);
    assert_eq!(to(&mut dispatcher, 12), 2);

    dispatcher.remove(WorkerId(1));

    assert_eq!(dispatcher.take_returned(), Some(10));
}

#[test]
fn a_worker_that_takes_nothing_gets_no_more_than_the_window() {
    let mut dispatcher = dispatcher(1);
    let window = u32::try_from(WINDOW).expect("small");
    (0..window).for_each(|connection| assert!(dispatcher.send(connection).is_ok()));

    assert_eq!(dispatcher.send(99), Err(99));
}

#[test]
fn nobody_gets_more_than_the_most() {
    let mut dispatcher = Dispatcher::new(2);
    dispatcher.add(WorkerId(1));
    let (id, number) = dispatcher.send(1).expect("room");
    dispatcher.arrived(id, number, 1, 0, 1);
    dispatcher.send(2).expect("room");

    assert_eq!(dispatcher.send(3), Err(3));
}
