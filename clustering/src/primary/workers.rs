//! Workers come, say what they have to say, and go.

use std::time::Instant;

use futures_util::stream;
use nix::sys::signal::Signal;

use super::{Primary, Worker};
use crate::error::strip_os_error;
use crate::ipc::protocol::{Counters, PROTOCOL, PrimaryMessage, WorkerMessage};
use crate::primary::worker_process::{WorkerProcess, WorkerReport};
use crate::stats::WorkerState;
use crate::supervisor::Input;
use crate::{Event, Exit, WorkerId, WorkerInfo};

impl Primary {
    pub(super) fn spawn(&mut self, id: WorkerId, slot: usize) {
        let (process, reports) = match WorkerProcess::start(&self.builder, id, slot) {
            Ok(started) => started,
            Err(source) => {
                let reason = self.not_started(&source);
                self.last_failure = Some(reason.clone());
                self.emit(Event::ForkFailed { slot, reason });
                return self.step(Input::Exited(id));
            }
        };
        self.totals.started += 1;
        let pid = process.pid.map_or(0, |pid| pid.as_raw().cast_unsigned());
        let worker = Worker {
            info: WorkerInfo { id, slot, pid },
            process,
            is_connected: true,
            since: Instant::now(),
            counters: Counters::default(),
            kill_reason: None,
        };
        self.workers.insert(id, worker);
        self.listen_to(id, reports);
        let settings = Box::new(self.builder.settings.clone());
        self.send(id, &PrimaryMessage::Start(settings), Vec::new());
        self.emit_of(id, Event::Fork);
    }

    fn not_started(&self, source: &std::io::Error) -> String {
        let program = self.builder.program.as_deref().unwrap_or("".as_ref());
        // The system says the same of a program and of a folder that is not there.
        let cwd = self.builder.cwd.as_ref().filter(|cwd| !cwd.is_dir());
        let cwd = cwd.map_or_else(String::new, |cwd| format!(" in {}", cwd.display()));
        let source = strip_os_error(source);
        format!("cannot start {}{cwd}: {source}", program.display())
    }

    pub(super) fn drain(&mut self, id: WorkerId) {
        let is_closing = self.supervisor.is_closing();
        if is_closing {
            self.stop_accepting();
        }
        let listeners = self.listeners.iter();
        let last = listeners.map(|one| is_closing && one.is_ours()).collect();
        self.balancer.retire(id);
        self.send(id, &PrimaryMessage::Drain { last }, Vec::new());
        self.emit_of(id, Event::Draining);
    }

    pub(super) fn on_report(&mut self, id: WorkerId, report: WorkerReport) {
        match report {
            WorkerReport::Message(message) => self.on_message(id, message),
            WorkerReport::Probed(Ok(())) => self.ready(id),
            WorkerReport::Probed(Err(reason)) => self.refuse(id, &reason),
            WorkerReport::Disconnected => self.disconnected(id),
            WorkerReport::Exited(exit) => self.exited(id, exit),
        }
        let requeued = self.balancer.take_requeued();
        self.totals.handed_again += requeued.len() as u64;
        self.hand_over(requeued);
    }

    /// All that it has said was heard. What it has not answered for by now it never will: it goes to others.
    fn disconnected(&mut self, id: WorkerId) {
        if let Some(worker) = self.workers.get_mut(&id)
            && std::mem::take(&mut worker.is_connected)
        {
            self.balancer.remove(id);
            self.emit_of(id, Event::Disconnect);
        }
    }

    /// Notes why a worker is killed.
    pub(super) fn blame(&mut self, id: WorkerId, reason: &str) {
        if let Some(worker) = self.workers.get_mut(&id) {
            worker.kill_reason = Some(reason.to_owned());
        }
    }

    fn refuse(&mut self, id: WorkerId, reason: &str) {
        self.blame(id, reason);
        self.signal(id, Signal::SIGKILL);
    }

    fn on_message(&mut self, id: WorkerId, message: WorkerMessage) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        let info = worker.info;
        match message {
            WorkerMessage::Online { protocol } if protocol == PROTOCOL => {
                let probe = self.builder.probe.clone();
                let probe = probe.map(|path| worker.process.probe(path));
                self.emit(Event::Online(info));
                match probe {
                    Some(probe) => self.listen_to(id, stream::once(probe)),
                    None => self.ready(id),
                }
            }
            // A program of another version is not ready, whatever it says.
            WorkerMessage::Online { .. } => {
                let reason = "it speaks another version of the protocol than this primary";
                self.refuse(id, reason);
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

    fn ready(&mut self, id: WorkerId) {
        if self.supervisor.state(id) != Some(WorkerState::Starting) {
            return;
        }
        self.give_connections_to(id);
        let address = self.listeners[0].address.clone();
        self.emit_of(id, |worker| Event::Listening {
            worker,
            address: address.clone(),
        });
        // Now the old one of its slot may go.
        self.step(Input::Ready(id));
        if self.stats().ready() >= self.supervisor.wanted()
            && let Some(starting) = self.starting.take()
        {
            self.turn.began.cancel();
            starting.serves();
            self.emit(Event::Ready);
        }
    }

    fn exited(&mut self, id: WorkerId, exit: Exit) {
        let worker = self.workers.get_mut(&id);
        let last = worker.map(|worker| worker.process.last_messages());
        for message in last.into_iter().flatten() {
            self.on_message(id, message);
        }
        let voluntary = self.supervisor.is_voluntary(id);
        let was_draining = self.supervisor.state(id) == Some(WorkerState::Draining);
        self.disconnected(id);
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
                self.last_failure = gone.kill_reason.or(Some(exit.to_string()));
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
