//! Stages: what comes out, in which order, and when a stage is asked for its last word.

use std::collections::VecDeque;
use std::sync::Arc;

use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use streams::{Through, Transform};

/// Repeats each number as often as it says, fails at the number 13, and says goodbye.
#[derive(Default)]
struct Repeat {
    _alive: Arc<()>,
    fails_at_the_end: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Trouble {
    Source,
    Thirteen,
    TheEnd,
}

const GOODBYE: usize = 0;

impl Transform for Repeat {
    type Input = usize;
    type Output = usize;
    type Error = Trouble;

    async fn transform(&mut self, number: usize, out: &mut VecDeque<usize>) -> Result<(), Trouble> {
        out.extend(std::iter::repeat_n(number, number));
        if number == 13 {
            return Err(Trouble::Thirteen);
        }
        Ok(())
    }

    async fn flush(&mut self, out: &mut VecDeque<usize>) -> Result<(), Trouble> {
        out.push_back(GOODBYE);
        if self.fails_at_the_end {
            return Err(Trouble::TheEnd);
        }
        Ok(())
    }
}

/// All that comes out, with the error that ended it.
fn through(
    stage: Repeat,
    items: impl IntoIterator<Item = Result<usize, Trouble>>,
) -> (Vec<usize>, Option<Trouble>) {
    let outcomes: Vec<_> = stream::iter(items)
        .through(stage)
        .collect()
        .now_or_never()
        .unwrap();
    let (mut numbers, mut error) = (Vec::new(), None);
    for outcome in outcomes {
        assert_eq!(error, None, "an error is the last item");
        match outcome {
            Ok(number) => numbers.push(number),
            Err(trouble) => error = Some(trouble),
        }
    }
    (numbers, error)
}

#[test]
fn one_item_may_become_none_or_many() {
    let outcome = through(Repeat::default(), [2, 0, 1, 0, 3].map(Ok));

    assert_eq!(outcome, (vec![2, 2, 1, 3, 3, 3, GOODBYE], None));
}

#[test]
fn an_empty_source_still_has_a_last_word() {
    let outcome = through(Repeat::default(), []);

    assert_eq!(outcome, (vec![GOODBYE], None));
}

#[test]
fn what_was_pushed_before_an_error_is_delivered() {
    let (numbers, error) = through(Repeat::default(), [1, 13, 2].map(Ok));

    assert_eq!(numbers, [vec![1], vec![13; 13]].concat());
    assert_eq!(error, Some(Trouble::Thirteen));
}

#[test]
fn a_source_that_fails_gets_no_last_word() {
    let outcome = through(Repeat::default(), [Ok(1), Err(Trouble::Source), Ok(2)]);

    assert_eq!(outcome, (vec![1], Some(Trouble::Source)));
}

#[test]
fn a_last_word_may_fail_after_it_was_said() {
    let stage = Repeat {
        fails_at_the_end: true,
        ..Repeat::default()
    };

    let outcome = through(stage, [Ok(1)]);

    assert_eq!(outcome, (vec![1, GOODBYE], Some(Trouble::TheEnd)));
}

#[test]
fn nothing_is_taken_from_the_source_while_there_is_something_to_give() {
    let mut taken = 0;
    let counted = stream::iter([3, 3].map(Ok::<_, Trouble>)).inspect_ok(|_| taken += 1);
    let mut out = Box::pin(counted.through(Repeat::default()));

    for _ in 0..3 {
        out.next().now_or_never().unwrap();
    }
    drop(out);

    assert_eq!(taken, 1);
}

#[test]
fn the_source_is_released_before_its_error_is_seen() {
    let source_is_alive = Arc::new(());
    let part = Arc::clone(&source_is_alive);
    let source = stream::iter([13]).map(move |number| {
        let _alive = &part;
        Ok::<_, Trouble>(number)
    });
    let mut out = Box::pin(source.through(Repeat::default()));

    while !matches!(out.next().now_or_never(), Some(Some(Err(_)))) {}

    assert_eq!(Arc::strong_count(&source_is_alive), 1);
}

#[test]
fn a_dropped_stream_releases_its_stage() {
    let is_alive = Arc::new(());
    let stage = Repeat {
        _alive: Arc::clone(&is_alive),
        ..Repeat::default()
    };
    let mut out = Box::pin(stream::iter([5].map(Ok::<_, Trouble>)).through(stage));
    out.next().now_or_never();

    drop(out);

    assert_eq!(Arc::strong_count(&is_alive), 1);
}

#[test]
fn stages_can_follow_one_another() {
    let twice = stream::iter([2].map(Ok::<_, Trouble>))
        .through(Repeat::default())
        .through(Repeat::default());

    let numbers: Result<Vec<_>, _> = twice.try_collect().now_or_never().unwrap();

    // The first stage's goodbye is a zero, which the second one repeats no times.
    assert_eq!(numbers, Ok(vec![2, 2, 2, 2, GOODBYE]));
}
