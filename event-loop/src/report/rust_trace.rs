//! The timeline of a recording of our own.

use super::timeline::{Line, Phase, Timeline};
use super::timeline_builder::TimelineBuilder;
use crate::trace::{Event, Kind, Name, SourceLocation, Thread, Trace, What};

/// Tells what a recording holds.
pub fn timeline(recorded: &Trace, name: &str) -> Timeline {
    let mut builder = TimelineBuilder::new(name);
    // A job of the pool is two events that follow each other.
    let mut job_began = 0;
    let mut begun: Option<(Kind, Option<Line>)> = None;
    let mut was_scheduled = false;
    for Event { at, thread, what } in recorded.events() {
        if let Thread::Pool(number) = thread {
            match what {
                What::Begin(_) => job_began = *at,
                _ => builder.job_has_run(Some((*number as usize, job_began, *at))),
            }
            continue;
        }
        builder.at(*at);
        let was_just_asked = std::mem::take(&mut was_scheduled);
        match what {
            What::Begin(Name::Phase(name)) => builder.enters(phase(name)),
            What::Begin(Name::Callback(kind, place)) => {
                begun = Some((*kind, line(&mut builder, place)));
            }
            What::Begin(Name::Job) | What::Queues(_) => {}
            What::End => builder.ends(),
            What::Scheduled(number, kind, place) => {
                let line = line(&mut builder, place);
                builder.schedules(*number, *kind, line);
                was_scheduled = true;
            }
            What::Woken(number) => builder.wakes(*number),
            What::Runs(number) => {
                if let Some((kind, line)) = begun.take() {
                    builder.runs(*number, kind, line);
                }
            }
            What::Dropped(number) => builder.drops(*number),
            What::TimerSet(key, duration) => {
                let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
                builder.sets_timer(key.number(), ms, was_just_asked);
            }
            What::TimerGone(key) => builder.timer_is_gone(key.number()),
            What::Mark(text, place) => {
                let line = line(&mut builder, place);
                builder.prints(text.clone(), line);
            }
        }
    }
    let mut timeline = builder.end();
    timeline.is_ours = true;
    timeline
}

fn line(builder: &mut TimelineBuilder, place: &SourceLocation) -> Option<Line> {
    Some(builder.line(place.file(), place.line()))
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
