//! What the program and the signals ask for, and what they are told.

use nix::sys::signal::Signal;

use super::Primary;
use super::listener::Listener;
use super::upgrade;
use crate::Event;
use crate::handle::Command;
use crate::stats::{Stats, WorkerState, WorkerStats};
use crate::supervisor::{Input, Notice};

impl Primary {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::Fork => self.step(Input::Fork),
            Command::Scale(workers) => self.scale(workers),
            Command::Reload(answer) => {
                self.next_reloads.push(answer);
                self.step(Input::Reload);
            }
            Command::Drain(id) => self.step(Input::Drain(id)),
            Command::Kill(id, signal) => self.signal(id, signal),
            Command::Shutdown => self.step(Input::Shutdown),
            Command::Quit => self.step(Input::Quit),
            Command::Outbox(id, answer) => {
                let worker = self.workers.get(&id);
                let outbox = worker.map(|worker| worker.senders.messages.clone());
                // The caller may have given up, here and below.
                let _ = outbox.map(|outbox| answer.send(outbox));
            }
            Command::Stats(answer) => drop(answer.send(self.stats())),
        }
        if self.supervisor.is_closing() {
            self.reloads.clear();
            self.next_reloads.clear();
            // Dropped, it kills a new version that is not ready.
            self.upgrade = None;
        }
    }

    pub(super) fn on_signal(&mut self, signal: Signal) {
        let wanted = self.supervisor.wanted();
        match signal {
            Signal::SIGUSR1 => self.emit(Event::State(Box::new(self.stats()))),
            Signal::SIGUSR2 => self.start_upgrade(),
            Signal::SIGHUP => self.step(Input::Reload),
            Signal::SIGTTIN => self.scale(wanted + 1),
            Signal::SIGTTOU => self.scale(wanted.saturating_sub(1).max(1)),
            _ => self.asked_to_end(signal),
        }
    }

    /// Gently the first time, at once the second time.
    fn asked_to_end(&mut self, signal: Signal) {
        self.last_signal = Some(signal);
        // Dropped, it kills a new version that is not ready.
        self.upgrade = None;
        match signal {
            Signal::SIGQUIT => self.step(Input::Quit),
            _ if self.supervisor.is_ending() => self.step(Input::Quit),
            _ => self.step(Input::Shutdown),
        }
    }

    fn scale(&mut self, workers: usize) {
        self.step(Input::Scale(workers));
        for listener in &self.listeners {
            upgrade::scaled(listener.socket(), self.supervisor.wanted());
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
                self.emit(Event::Upgraded(pid));
                self.listeners.iter_mut().for_each(Listener::leave);
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

    pub(super) fn tell(&mut self, notice: Notice) {
        match notice {
            Notice::Hung(id) => {
                self.totals.hung += 1;
                self.emit_of(id, Event::Hung);
            }
            Notice::StartTimedOut(id) => {
                self.blame(id, "it was not ready in time");
                self.emit_of(id, Event::StartTimedOut);
            }
            Notice::DrainTimedOut(id) => self.emit_of(id, Event::DrainTimedOut),
            Notice::LameDuck => self.emit(Event::LameDuck),
            Notice::Reloading => {
                self.reloads.append(&mut self.next_reloads);
                self.emit(Event::Reloading);
            }
            Notice::Reloaded => {
                self.totals.reloads += 1;
                self.answer_reloads(None);
                self.emit(Event::Reloaded);
            }
            Notice::ReloadFailed => {
                self.totals.reloads_failed += 1;
                let reason = self.why();
                self.answer_reloads(Some(&reason));
                self.emit(Event::ReloadFailed(reason));
            }
        }
    }

    fn answer_reloads(&mut self, failure: Option<&String>) {
        for waits in self.reloads.drain(..) {
            // The caller may have given up.
            let _ = waits.send(failure.cloned());
        }
    }
}
