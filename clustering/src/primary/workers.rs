//! Workers come, say what they have to say, and go.

use std::sync::PoisonError;
use std::time::Instant;

use futures_util::future::FutureExt;
use nix::sys::signal::Signal;

use super::{Primary, Worker};
use crate::error::Failure;
use crate::ipc::protocol::{Counters, PROTOCOL, PrimaryMessage, WorkerMessage};
use crate::primary::listener::Listener;
use crate::primary::worker_process::{self, WorkerCommand, WorkerReport};
use crate::stats::WorkerState;
use crate::supervisor::Input;
use crate::{Event, Exit, WorkerId, WorkerInfo};

impl Primary {
    pub(super) fn spawn(&mut self, id: WorkerId, slot: usize) {
        let started = worker_process::start(&self.builder, id, slot, self.report_to.clone());
        let (pid, senders, process) = match started {
            Ok(started) => started,
            Err(source) => {
                let program = self.builder.program.clone().unwrap_or_default();
                let failure = Failure::NotStarted {
                    program,
                    cwd: self.builder.cwd.clone(),
                    source,
                };
                let reason = failure.to_string();
                self.last_failure = Some(failure);
                self.emit(Event::ForkFailed { slot, reason });
                return self.step(Input::Exited(id));
            }
        };
        self.totals.started += 1;
        let info = WorkerInfo { id, slot, pid };
        let start = PrimaryMessage::Start(self.builder.settings.clone());
        // The task of the process has just begun.
        let _ = senders.commands.send(WorkerCommand::Say(start, None));
        let mut outboxes = self.outboxes.lock().unwrap_or_else(PoisonError::into_inner);
        outboxes.insert(id, senders.messages.clone());
        drop(outboxes);
        let worker = Worker {
            info,
            senders,
            since: Instant::now(),
            counters: Counters::default(),
            kill_reason: None,
        };
        self.workers.insert(id, worker);
        self.worker_tasks.push(process.run().boxed_local());
        self.emit(Event::Fork { worker: info });
    }

    pub(super) fn drain(&mut self, id: WorkerId) {
        let Some(info) = self.info(id) else { return };
        let is_closing = self.supervisor.is_closing();
        if is_closing {
            self.stop_accepting();
        }
        let listeners = self.listeners.iter();
        let last = listeners.map(|one| is_closing && one.is_ours()).collect();
        self.balancer.retire(id);
        self.order(
            id,
            PrimaryMessage::Drain {
                idle_grace: self.builder.idle_grace,
                drain_timeout: self.builder.drain_timeout,
                last,
            },
        );
        self.emit(Event::Draining { worker: info });
    }

    pub(super) fn on_report(&mut self, id: WorkerId, report: WorkerReport) {
        match report {
            WorkerReport::WorkerMessage(up) => self.on_message(id, up),
            WorkerReport::ProbeOk => self.ready(id),
            WorkerReport::Disconnected => self.disconnected(id),
            WorkerReport::ProbeFailed(reason) => {
                if let Some(worker) = self.workers.get_mut(&id) {
                    worker.kill_reason = Some(Failure::ProbeFailed(reason));
                }
                self.signal(id, Signal::SIGKILL);
            }
            WorkerReport::Exited(exit) => self.exited(id, exit),
        }
        while let Some(connection) = self.balancer.take_requeued() {
            self.totals.handed_again += 1;
            self.hand_over(connection);
        }
    }

    /// All that it has said was heard. What it has not answered for by now it never will: it goes to others.
    fn disconnected(&mut self, id: WorkerId) {
        self.balancer.remove(id);
        if let Some(worker) = self.info(id) {
            self.emit(Event::Disconnect { worker });
        }
    }

    pub(super) fn on_message(&mut self, id: WorkerId, up: WorkerMessage) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        let info = worker.info;
        match up {
            WorkerMessage::Online { protocol } if protocol == PROTOCOL => {
                self.emit(Event::Online { worker: info });
                match self.builder.probe.clone() {
                    Some(path) => self.send(id, WorkerCommand::Probe(path)),
                    None => self.ready(id),
                }
            }
            // A program of another version is not ready, whatever it says.
            WorkerMessage::Online { .. } => {
                worker.kill_reason = Some(Failure::OtherVersion);
                self.signal(id, Signal::SIGKILL);
            }
            WorkerMessage::Taken {
                first,
                taken,
                refused,
                open,
            } => self.balancer.ack(id, first, taken, refused, open),
            WorkerMessage::Closed { open } => {
                worker.counters.open = open;
                self.balancer.is_open(id, open);
            }
            WorkerMessage::Heartbeat { counters, failure } => {
                worker.counters = counters;
                self.balancer.is_open(id, counters.open);
                if let Some(reason) = failure {
                    let worker = info;
                    self.emit(Event::ServiceFailed { worker, reason });
                }
                self.step(Input::Heartbeat(id));
            }
            WorkerMessage::Leaving => self.step(Input::Leaving(id)),
            WorkerMessage::Drained { forced, counters } => {
                worker.counters = Counters {
                    open: 0,
                    ..counters
                };
                self.totals.forced += forced;
            }
            WorkerMessage::Program(message) => self.emit(Event::Message {
                worker: info,
                message,
            }),
        }
    }

    pub(super) fn ready(&mut self, id: WorkerId) {
        let Some(worker) = self.info(id) else { return };
        if self.supervisor.state(id) != Some(WorkerState::Starting) {
            return;
        }
        self.give_connections_to(id);
        let address = self.listeners[0].address().clone();
        self.emit(Event::Listening { worker, address });
        // Now the old one of its slot may go.
        self.step(Input::Ready(id));
        if self.stats().ready() >= self.supervisor.wanted()
            && let Some(starting) = self.starting.take()
        {
            starting.serves();
            self.listeners.iter_mut().for_each(Listener::take_over);
            self.emit(Event::Ready);
        }
    }

    pub(super) fn exited(&mut self, id: WorkerId, exit: Exit) {
        let voluntary = self.supervisor.is_voluntary(id);
        let was_draining = self.supervisor.state(id) == Some(WorkerState::Draining);
        self.balancer.remove(id);
        let mut outboxes = self.outboxes.lock().unwrap_or_else(PoisonError::into_inner);
        outboxes.remove(&id);
        drop(outboxes);
        if let Some(gone) = self.workers.remove(&id) {
            // One that is killed while it drains ends against our will, and takes its connections along.
            let failed = was_draining && exit != Exit::Code(0);
            self.totals.died += u64::from(!voluntary || failed);
            if voluntary || was_draining {
                self.totals.forced += gone.counters.open;
            }
            self.retired_requests += gone.counters.requests;
            // Those whom the end of the cluster kills say nothing about why it ends.
            if !self.supervisor.is_ending() {
                self.last_failure = Some(gone.kill_reason.unwrap_or(Failure::Ended(exit)));
            }
            self.emit(Event::Exit {
                worker: gone.info,
                exit,
                voluntary,
            });
        }
        self.step(Input::Exited(id));
    }
}
