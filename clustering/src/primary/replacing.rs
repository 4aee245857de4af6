//! The primary makes room for a new version of itself.

use std::time::Duration;

use futures::stream::StreamExt;
use nix::unistd::Pid;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use super::Primary;
use crate::error::strip_number;
use crate::message::Down;
use crate::supervisor::Input;
use crate::{Event, WorkerId, replace};

/// How long workers may take to answer before we go all the same: what was said to them waits for them.
const PATIENCE: Duration = Duration::from_secs(2);

impl Primary {
    /// A new version of ourselves is to take over, if it shows in a reload that it can start.
    pub(super) fn ask_for_replacement(&mut self) {
        self.replaced_after = Some(self.supervisor.next_reload());
        self.step(Input::Reload);
    }

    /// Whether it has shown that, and nobody comes or goes.
    pub(super) fn may_be_replaced(&self) -> bool {
        let is_proven = self
            .replaced_after
            .is_some_and(|after| after <= self.reloaded);
        is_proven && self.supervisor.is_calm()
    }

    /// Becomes a new version of ourselves, and returns only if that cannot be.
    pub(super) async fn replace_ourselves(&mut self) {
        self.replaced_after = None;
        // Who has little to finish is gone in a moment, and nobody is to come after it.
        self.step(Input::Hold);
        let until = Instant::now() + PATIENCE;
        // Who comes now waits in the queue. Whoever we hold goes to a worker first.
        self.acceptor = None;
        while self.dispatcher.is_waiting() && timeout_at(until, self.hear()).await.is_ok() {}
        let leaving = self.say_farewell();
        let until = Instant::now() + PATIENCE;
        let all_know = |primary: &Self| leaving.iter().all(|id| primary.alone.contains(id));
        while !all_know(self) && timeout_at(until, self.hear()).await.is_ok() {}

        // Whoever listens to events is polled beside us, and may not have had the last ones.
        yield_now().await;
        yield_now().await;
        let error = self.become_new();
        self.stay(&leaving, &strip_number(&error));
    }

    fn say_farewell(&mut self) -> Vec<WorkerId> {
        let ids: Vec<_> = self.workers.keys().copied().collect();
        for id in &ids {
            let (linger, deadline) = (self.builder.linger, self.builder.deadline);
            let farewell = Down::Drain {
                linger,
                deadline,
                last: false,
                alone: true,
            };
            self.order(*id, farewell);
        }
        ids
    }

    fn become_new(&self) -> std::io::Error {
        let program = self.builder.program.as_ref().expect("`build` has set it");
        let pids = self.workers.values().map(|worker| worker.info.pid);
        let pids = pids
            .filter_map(|pid| i32::try_from(pid).ok())
            .map(Pid::from_raw);
        let earlier = self.finishing.borrow();
        let finishing: Vec<_> = pids.chain(earlier.iter().copied()).collect();
        let adopted = !self.listeners.are_ours();
        replace::become_new(program, self.listeners.sockets(), adopted, &finishing)
    }

    /// It was not to be: new workers take the place of those that are leaving.
    fn stay(&mut self, leaving: &[WorkerId], reason: &str) {
        let reason = reason.to_owned();
        self.emit(Event::NotReplaced { reason });
        leaving.iter().for_each(|id| self.step(Input::Leaving(*id)));
        self.step(Input::Resume);
        if let Err(error) = self.begin_to_accept() {
            let reason = error.to_string();
            self.emit(Event::AcceptFailed { reason });
        }
    }

    /// The next thing that a worker has to say.
    async fn hear(&mut self) {
        tokio::select! {
            Some((id, report)) = self.reports.recv() => self.reported(id, report),
            Some(()) = self.attendants.next() => {}
        }
    }
}
