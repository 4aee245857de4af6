//! The story of a recording of our own.

use super::story::{Line, Phase, Story};
use super::teller::Teller;
use crate::trace::{Event, Kind, Name, Place, Thread, Trace, What};

/// Tells what a recording holds.
pub fn story(recorded: &Trace, name: &str) -> Story {
    let mut teller = Teller::new(name);
    // A job of the pool is two events that follow each other.
    let mut job_began = 0;
    let mut begun: Option<(Kind, Option<Line>)> = None;
    let mut was_scheduled = false;
    for Event { at, thread, what } in recorded.events() {
        if let Thread::Pool(number) = thread {
            match what {
                What::Begin(_) => job_began = *at,
                _ => teller.job_has_run(Some((*number as usize, job_began, *at))),
            }
            continue;
        }
        teller.at(*at);
        let was_just_asked = std::mem::take(&mut was_scheduled);
        match what {
            What::Begin(Name::Phase(name)) => teller.enters(phase(name)),
            What::Begin(Name::Callback(kind, place)) => {
                begun = Some((*kind, line(&mut teller, place)));
            }
            What::Begin(Name::Job) | What::Queues(_) => {}
            What::End => teller.ends(),
            What::Scheduled(number, kind, place) => {
                let line = line(&mut teller, place);
                teller.schedules(*number, *kind, line);
                was_scheduled = true;
            }
            What::Woken(number) => teller.wakes(*number),
            What::Runs(number) => {
                if let Some((kind, line)) = begun.take() {
                    teller.runs(*number, kind, line);
                }
            }
            What::Dropped(number) => teller.drops(*number),
            What::TimerSet(key, duration) => {
                let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
                teller.sets_timer(key.number(), ms, was_just_asked);
            }
            What::TimerGone(key) => teller.timer_is_gone(key.number()),
            What::Mark(text, place) => {
                let line = line(&mut teller, place);
                teller.prints(text.clone(), line);
            }
        }
    }
    let mut story = teller.end();
    story.is_ours = true;
    story
}

fn line(teller: &mut Teller, place: &Place) -> Option<Line> {
    Some(teller.line(place.file(), place.line()))
}

/// A drain is seen by what runs in it.
fn phase(name: &str) -> Option<Phase> {
    match name {
        "main" => Some(Phase::Main),
        "poll" => Some(Phase::Poll),
        "check" => Some(Phase::Check),
        "close" => Some(Phase::Close),
        "timers" => Some(Phase::Timers),
        _ => None,
    }
}
