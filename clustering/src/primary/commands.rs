//! What the program and the signals ask for, and what they are told.

use nix::sys::signal::Signal;

use super::Primary;
use super::upgrade;
use crate::Event;
use crate::handle::Command;
use crate::stats::{Stats, WorkerState, WorkerStats};
use crate::supervisor::Input;

impl Primary {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::Step(input) => self.step(input),
            Command::Reload(answer) => {
                self.next_reloads.push(answer);
                self.step(Input::Reload);
            }
            Command::Kill(id, signal) => self.signal(id, signal),
            Command::Outbox(id, answer) => {
                let worker = self.workers.get(&id);
                let outbox = worker.map(|worker| worker.process.messages.clone());
                // The caller may have given up, here and below.
                let _ = outbox.map(|outbox| answer.send(outbox));
            }
            Command::Stats(answer) => drop(answer.send(self.stats())),
        }
    }

    pub(super) fn on_signal(&mut self, signal: Signal) {
        let wanted = self.supervisor.wanted();
        match signal {
            Signal::SIGUSR1 => self.emit(Event::State(Box::new(self.stats()))),
            Signal::SIGUSR2 => self.start_upgrade(),
            Signal::SIGHUP => self.step(Input::Reload),
            Signal::SIGTTIN => self.step(Input::Scale(wanted + 1)),
            Signal::SIGTTOU => self.step(Input::Scale(wanted.saturating_sub(1).max(1))),
            // Gently the first time, at once the second time.
            _ => {
                self.last_signal = Some(signal);
                let is_urgent = signal == Signal::SIGQUIT || self.supervisor.is_ending();
                self.step(if is_urgent {
                    Input::Quit
                } else {
                    Input::Shutdown
                });
            }
        }
    }

    /// Starts a new version of the program, which takes over as soon as it serves.
    fn start_upgrade(&mut self) {
        if self.upgrade.is_none() && !self.supervisor.is_ending() {
            let attempt = upgrade::start(2 * self.builder.settings.start_timeout);
            self.upgrade = Some(attempt);
        }
    }

    pub(super) fn upgraded(&mut self, outcome: upgrade::Outcome) {
        self.upgrade = None;
        match outcome {
            Ok(pid) => {
                self.turn.ended.cancel();
                self.emit(Event::Upgraded(pid));
                self.step(Input::Leave);
            }
            Err(reason) => self.emit(Event::UpgradeFailed(reason)),
        }
    }

    pub(super) fn stats(&self) -> Stats {
        let workers = self.workers.iter().map(|(id, worker)| WorkerStats {
            id: id.0,
            slot: worker.info.slot,
            pid: worker.info.pid,
            state: self.supervisor.state(*id).unwrap_or(WorkerState::Ending),
            uptime: worker.since.elapsed(),
            counters: worker.counters,
        });
        let workers: Vec<_> = workers.collect();
        let answered = workers.iter().map(|worker| worker.counters.requests);
        Stats {
            requests: self.retired_requests + answered.sum::<u64>(),
            uptime: self.begun.elapsed(),
            wanted: self.supervisor.wanted(),
            ending: self.supervisor.is_ending(),
            workers,
            totals: self.totals,
        }
    }

    pub(super) fn answer_reloads(&mut self, failure: Option<&String>) {
        for waits in self.reloads.drain(..) {
            // The caller may have given up.
            let _ = waits.send(failure.cloned());
        }
    }
}
