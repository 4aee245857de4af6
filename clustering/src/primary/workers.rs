//! Workers come, say what they have to say, and go.

use std::sync::PoisonError;
use std::time::Instant;

use futures::future::FutureExt;
use nix::sys::signal::Signal;

use super::{Primary, Worker};
use crate::attend::{self, Order, Report};
use crate::error::Failure;
use crate::message::{Counters, Down, PROTOCOL, Up};
use crate::supervisor::Input;
use crate::{Event, Exit, Scheduling, WorkerId, WorkerInfo};

impl Primary {
    pub(super) fn spawn(&mut self, id: WorkerId, slot: usize) {
        let started = attend::start(&self.builder, id, slot, self.report_to.clone());
        let (pid, lines, attended) = match started {
            Ok(started) => started,
            Err(source) => {
                let program = self.builder.program.clone().unwrap_or_default();
                let failure = Failure::NotStarted { program, source };
                let reason = failure.to_string();
                self.last_failure = Some(failure);
                self.emit(Event::ForkFailed { slot, reason });
                return self.step(Input::Exited(id));
            }
        };
        self.totals.started += 1;
        let info = WorkerInfo { id, slot, pid };
        let start = Down::Start(self.builder.settings.clone());
        // It lives as long as its attendant, which has just begun.
        let _ = lines.orders.send(Order::Say(start, None));
        let mut mailboxes = self
            .mailboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        mailboxes.insert(id, lines.messages.clone());
        drop(mailboxes);
        let worker = Worker {
            info,
            lines,
            since: Instant::now(),
            counters: Counters::default(),
            verdict: None,
        };
        self.workers.insert(id, worker);
        self.attendants.push(attended.attend().boxed_local());
        self.emit(Event::Fork { worker: info });
    }

    pub(super) fn drain(&mut self, id: WorkerId) {
        let Some(info) = self.info(id) else { return };
        let last = self.supervisor.is_closing() && self.listeners.are_ours();
        if last {
            self.close_doors();
        }
        self.dispatcher.retire(id);
        self.placement.retire(id);
        self.order(
            id,
            Down::Drain {
                linger: self.builder.linger,
                deadline: self.builder.deadline,
                last,
                alone: false,
            },
        );
        self.emit(Event::Draining { worker: info });
        self.place();
    }

    pub(super) fn reported(&mut self, id: WorkerId, report: Report) {
        match report {
            Report::Up(up) => self.said(id, up),
            Report::Proven => self.ready(id),
            Report::Disconnected => self.disconnected(id),
            Report::Unfit(reason) => {
                if let Some(worker) = self.workers.get_mut(&id) {
                    worker.verdict = Some(Failure::Unfit(reason));
                }
                self.signal(id, Signal::SIGKILL);
            }
            Report::Exited(exit) => self.exited(id, exit),
        }
        while let Some(connection) = self.dispatcher.take_returned() {
            self.totals.handed_again += 1;
            self.hand_over(connection);
        }
    }

    /// All that it has said was heard. What it has not answered for by now it never will: it goes to others.
    fn disconnected(&mut self, id: WorkerId) {
        self.dispatcher.remove(id);
        self.placement.retire(id);
        self.place();
        if let Some(worker) = self.info(id) {
            self.emit(Event::Disconnect { worker });
        }
    }

    pub(super) fn said(&mut self, id: WorkerId, up: Up) {
        let Some(worker) = self.workers.get_mut(&id) else {
            return;
        };
        let info = worker.info;
        match up {
            Up::Online { protocol } if protocol == PROTOCOL => {
                self.emit(Event::Online { worker: info });
                match self.builder.probe.clone() {
                    Some(path) => self.send(id, Order::Probe(path)),
                    None => self.ready(id),
                }
            }
            // A program of another version is not ready, whatever it says.
            Up::Online { .. } => {
                worker.verdict = Some(Failure::OtherVersion);
                self.signal(id, Signal::SIGKILL);
            }
            Up::Taken {
                first,
                taken,
                refused,
                open,
            } => self.dispatcher.arrived(id, first, taken, refused, open),
            Up::Closed { open } => {
                worker.counters.open = open;
                self.dispatcher.is_open(id, open);
            }
            Up::Beat(counters) => {
                worker.counters = counters;
                self.dispatcher.is_open(id, counters.open);
                self.step(Input::Beat(id));
            }
            Up::Leaving => self.step(Input::Leaving(id)),
            Up::Alone => drop(self.alone.insert(id)),
            Up::Drained { forced, counters } => {
                worker.counters = counters;
                self.totals.forced += forced;
            }
            Up::Program(message) => self.emit(Event::Message {
                worker: info,
                message,
            }),
        }
    }

    pub(super) fn ready(&mut self, id: WorkerId) {
        let Some(worker) = self.info(id) else { return };
        if self.supervisor.state(id) != Some("starting") {
            return;
        }
        let address = self.listeners.address();
        if self.builder.scheduling == Scheduling::RoundRobin {
            self.dispatcher.add(id);
        }
        self.placement.add(id, worker.slot);
        self.place();
        self.emit(Event::Listening { worker, address });
        // Now the old one of its slot may go.
        self.step(Input::Ready(id));
    }

    pub(super) fn exited(&mut self, id: WorkerId, exit: Exit) {
        let voluntary = self.supervisor.is_voluntary(id);
        self.dispatcher.remove(id);
        self.placement.retire(id);
        let mut mailboxes = self
            .mailboxes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        mailboxes.remove(&id);
        drop(mailboxes);
        if let Some(gone) = self.workers.remove(&id) {
            self.totals.died += u64::from(!voluntary);
            self.requests_of_the_gone += gone.counters.requests;
            // Those whom the end of the cluster kills say nothing about why it ends.
            if !self.supervisor.is_ending() {
                self.last_failure = Some(gone.verdict.unwrap_or(Failure::Ended(exit)));
            }
            self.emit(Event::Exit {
                worker: gone.info,
                exit,
                voluntary,
            });
        }
        self.step(Input::Exited(id));
        self.place();
    }
}
