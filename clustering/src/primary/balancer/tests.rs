//! Even, and nothing lost: connections are numbers here.

use super::{Balancer, WINDOW};
use crate::WorkerId;

fn balancer(workers: u64) -> Balancer<u32> {
    let mut balancer = Balancer::new(1_000);
    (1..=workers).for_each(|id| balancer.add(WorkerId(id)));
    balancer
}

fn to(balancer: &mut Balancer<u32>, connection: u32) -> u64 {
    balancer.send(connection).expect("there is room").0.0
}

#[test]
fn equals_take_turns() {
    let mut balancer = balancer(3);

    let order: Vec<_> = (0..7)
        .map(|connection| to(&mut balancer, connection))
        .collect();

    assert_eq!(order, [1, 2, 3, 1, 2, 3, 1]);
}

#[test]
fn equals_take_turns_though_each_is_done_before_the_next_comes() {
    let mut balancer = balancer(2);

    let order: Vec<_> = (0..4)
        .map(|connection| {
            let (id, number) = balancer.send(connection).expect("room");
            balancer.ack(id, number, 1, 0, 1);
            balancer.is_open(id, 0);
            id.0
        })
        .collect();

    assert_eq!(order, [1, 2, 1, 2]);
}

#[test]
fn whoever_has_the_fewest_is_next() {
    let mut balancer = balancer(2);
    balancer.is_open(WorkerId(1), 5);
    balancer.is_open(WorkerId(2), 2);

    let order: Vec<_> = (0..5)
        .map(|connection| to(&mut balancer, connection))
        .collect();

    assert_eq!(order, [2, 2, 2, 1, 2]);
}

#[test]
fn what_goes_to_one_worker_has_numbers_in_a_row_so_that_one_answer_will_do() {
    let mut balancer = balancer(2);
    let sent: Vec<_> = (0..6)
        .map(|connection| balancer.send(connection).expect("room"))
        .collect();

    for id in [1, 2].map(WorkerId) {
        let numbers: Vec<_> = sent
            .iter()
            .filter(|(to, _)| *to == id)
            .map(|(_, number)| *number)
            .collect();
        balancer.ack(id, numbers[0], 3, 0, 3);
    }

    // What were still on its way would come back.
    balancer.remove(WorkerId(1));
    balancer.remove(WorkerId(2));
    balancer.add(WorkerId(3));
    assert!(balancer.take_requeued().is_empty());
}

#[test]
fn what_a_dead_worker_had_not_taken_is_given_again_in_order() {
    let mut balancer = balancer(1);
    (10..14).for_each(|connection| assert!(balancer.send(connection).is_ok()));
    balancer.ack(WorkerId(1), 1, 2, 0, 2);

    balancer.remove(WorkerId(1));

    let requeued = balancer.take_requeued();
    assert!(requeued.is_empty(), "nobody is there to take it");
    balancer.add(WorkerId(2));
    assert_eq!(balancer.take_requeued(), [12, 13]);
    assert!(balancer.take_requeued().is_empty());
}

#[test]
fn what_a_worker_could_not_take_goes_to_another() {
    let mut balancer = balancer(2);
    let (first, number) = balancer.send(10).expect("room");
    balancer.send(20).expect("room");
    balancer.send(30).expect("room");

    balancer.ack(first, number, 0, 1, 0);
    let again = balancer.take_requeued();

    assert_eq!(again, [10]);
    assert_eq!(to(&mut balancer, 10), 2);
}

#[test]
fn a_worker_without_descriptors_gets_nothing_until_it_says_something_else() {
    let mut balancer = balancer(1);
    let (id, number) = balancer.send(10).expect("room");
    balancer.ack(id, number, 0, 1, 0);

    assert_eq!(balancer.room(), 0);
    balancer.is_open(id, 0);

    assert!(balancer.room() > 0);
}

#[test]
fn a_retired_worker_gets_nothing_but_its_connections_are_not_forgotten() {
    let mut balancer = balancer(2);
    balancer.send(10).expect("room");
    balancer.retire(WorkerId(1));
    assert_eq!(to(&mut balancer, 11), 2);
    assert_eq!(to(&mut balancer, 12), 2);

    balancer.remove(WorkerId(1));

    assert_eq!(balancer.take_requeued(), [10]);
}

#[test]
fn a_worker_that_takes_nothing_gets_no_more_than_the_window() {
    let mut balancer = balancer(1);
    let window = u32::try_from(WINDOW).expect("small");
    assert_eq!(balancer.room(), WINDOW);
    (0..window).for_each(|connection| assert!(balancer.send(connection).is_ok()));

    assert_eq!(balancer.room(), 0);
    assert_eq!(balancer.send(99), Err(99));
}

#[test]
fn nobody_gets_more_than_the_most() {
    let mut balancer = Balancer::new(2);
    balancer.add(WorkerId(1));
    let (id, number) = balancer.send(1).expect("room");
    balancer.ack(id, number, 1, 0, 1);
    assert_eq!(balancer.room(), 1);
    balancer.send(2).expect("room");

    assert_eq!(balancer.room(), 0);
    assert_eq!(balancer.send(3), Err(3));
}
