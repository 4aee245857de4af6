//! The timeline of a recording of our own.

use super::timeline::{Line, Phase, Timeline};
use super::timeline_builder::TimelineBuilder;
use crate::callback::CallbackKind;
use crate::trace::{Event, EventKind, Name, SourceLocation, Thread, Trace};

/// Tells what a recording holds.
pub fn timeline(recorded: &Trace, name: &str) -> Timeline {
    let mut builder = TimelineBuilder::new(name);
    // A job of the pool is two events that follow each other.
    let mut job_began = 0;
    let mut begun: Option<(CallbackKind, Option<Line>)> = None;
    let mut was_scheduled = false;
    for Event { at, thread, kind } in recorded.events() {
        if let Thread::Pool(number) = thread {
            match kind {
                EventKind::Begin(_) => job_began = *at,
                _ => builder.job_has_run(Some((*number as usize, job_began, *at))),
            }
            continue;
        }
        builder.at(*at);
        let was_just_asked = std::mem::take(&mut was_scheduled);
        match kind {
            EventKind::Begin(Name::Phase(name)) => builder.enters(phase(name)),
            EventKind::Begin(Name::Callback(kind, location)) => {
                begun = Some((*kind, line(&mut builder, location)));
            }
            EventKind::Begin(Name::Job) | EventKind::Queues(_) => {}
            EventKind::End => builder.ends(),
            EventKind::Scheduled(number, kind, location) => {
                let line = line(&mut builder, location);
                builder.schedules(*number, *kind, line);
                was_scheduled = true;
            }
            EventKind::Woken(number) => builder.wakes(*number),
            EventKind::Runs(number) => {
                if let Some((kind, line)) = begun.take() {
                    builder.runs(*number, kind, line);
                }
            }
            EventKind::Dropped(number) => builder.drops(*number),
            EventKind::TimerSet(timer, duration) => {
                let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
                builder.sets_timer(*timer, ms, was_just_asked);
            }
            EventKind::TimerGone(timer) => builder.timer_is_gone(*timer),
            EventKind::Mark(text, location) => {
                let line = line(&mut builder, location);
                builder.prints(text.clone(), line);
            }
        }
    }
    let mut timeline = builder.end();
    timeline.is_ours = true;
    timeline
}

fn line(builder: &mut TimelineBuilder, location: &SourceLocation) -> Option<Line> {
    Some(builder.line(location.file(), location.line()))
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
