//! The primary at work: what happens goes to the [supervisor](crate::supervisor) and to the [balancer](crate::primary::balancer), what they decide is done here.

pub mod balancer;
mod commands;
mod connections;
pub mod listener;
pub mod program;
pub mod signals;
pub mod upgrade;
pub mod worker_process;
mod workers;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::OptionFuture;
use futures_util::stream::{LocalBoxStream, SelectAll, Stream, StreamExt};
use nix::sys::signal::Signal;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use crate::builder::Builder;
use crate::cluster::Ended;
use crate::handle::{Command, Turn};
use crate::ipc::acceptor::Acceptor;
use crate::ipc::protocol::{Counters, PrimaryMessage};
use crate::primary::balancer::Balancer;
use crate::primary::listener::Listener;
use crate::primary::upgrade::{Attempt, Starting};
use crate::primary::worker_process::{WorkerProcess, WorkerReport};
use crate::stats::Totals;
use crate::supervisor::{Action, Input, PULSE, ShutdownReason, Supervisor};
use crate::worker::raise_descriptor_limit;
use crate::{Error, Event, WorkerId, WorkerInfo};

/// As many events as may wait for a slow reader.
const EVENTS: usize = 1024;

/// A cluster, running or about to.
pub struct Primary {
    pub builder: Builder,
    pub listeners: Vec<Listener>,
    pub events: broadcast::Sender<Event>,
    supervisor: Supervisor,
    balancer: Balancer<Arc<OwnedFd>>,
    acceptor: Acceptor,
    workers: BTreeMap<WorkerId, Worker>,
    reports: SelectAll<LocalBoxStream<'static, (WorkerId, WorkerReport)>>,
    commands: mpsc::UnboundedReceiver<Command>,
    /// Who waits for the reload under way, and for the next one.
    reloads: Vec<oneshot::Sender<Option<String>>>,
    next_reloads: Vec<oneshot::Sender<Option<String>>>,
    totals: Totals,
    retired_requests: u64,
    begun: Instant,
    last_failure: Option<String>,
    last_signal: Option<Signal>,
    outcome: Option<ShutdownReason>,
    /// Set until all workers serve for the first time.
    starting: Option<Starting>,
    /// A new version of the program, which is to take over.
    upgrade: Option<Attempt>,
    turn: Turn,
}

struct Worker {
    info: WorkerInfo,
    process: WorkerProcess,
    is_connected: bool,
    since: Instant,
    counters: Counters,
    /// Why we kill it.
    kill_reason: Option<String>,
}

impl Primary {
    /// Takes over what `build` has prepared.
    pub fn new(
        builder: Builder,
        workers: usize,
        listeners: Vec<Listener>,
        commands: mpsc::UnboundedReceiver<Command>,
        turn: Turn,
    ) -> Self {
        Self {
            supervisor: Supervisor::new(builder.settings.clone(), workers),
            balancer: Balancer::new(builder.settings.max_connections),
            events: broadcast::Sender::new(EVENTS),
            acceptor: Acceptor::default(),
            workers: BTreeMap::new(),
            reports: SelectAll::new(),
            commands,
            reloads: Vec::new(),
            next_reloads: Vec::new(),
            totals: Totals::default(),
            retired_requests: 0,
            begun: Instant::now(),
            last_failure: None,
            last_signal: None,
            outcome: None,
            starting: Some(Starting::new()),
            upgrade: None,
            turn,
            builder,
            listeners,
        }
    }

    /// How many workers there are to be.
    pub fn wanted(&self) -> usize {
        self.supervisor.wanted()
    }

    /// Runs until no worker is left.
    pub async fn run(mut self) -> Result<Ended, Error> {
        raise_descriptor_limit();
        self.begun = Instant::now();
        self.begin_to_accept()?;
        let mut pulse = interval(PULSE);
        // After a pause of our own, workers are not blamed for it.
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let obeyed = self.builder.signals.then_some(signals::OBEYED);
        let (ignored, mut signals) = signals::received(obeyed.into_iter().flatten());
        for signal in ignored {
            self.emit(Event::SignalIgnored(signal));
        }

        self.step(Input::Clock);
        while self.outcome.is_none() {
            let deadline = self.supervisor.deadline();
            let takes = self.balancer.room() > 0;
            tokio::select! {
                Some((id, report)) = self.reports.next() => self.on_report(id, report),
                Some(command) = self.commands.recv() => self.handle_command(command),
                accepted = self.acceptor.accept(), if takes => self.accepted(accepted),
                Some(()) = OptionFuture::from(deadline.map(|at| sleep_until(at.into()))) => self.step(Input::Clock),
                _ = pulse.tick() => self.step(Input::HeartbeatTick),
                Some(signal) = signals.next() => self.on_signal(signal),
                Some(outcome) = OptionFuture::from(self.upgrade.as_mut()) => self.upgraded(outcome),
            }
        }
        let outcome = self.outcome.unwrap_or(ShutdownReason::NobodyLeft);
        let signal = self.last_signal;
        match outcome {
            ShutdownReason::GaveUp { slot, tries } => {
                let last = self.why();
                Err(Error::CrashLoop { slot, tries, last })
            }
            _ => Ok(Ended { outcome, signal }),
        }
    }

    fn step(&mut self, input: Input) {
        let actions = self.supervisor.step(Instant::now(), input);
        if let Input::Scale(_) = input {
            let workers = self.supervisor.wanted();
            let listeners = self.listeners.iter();
            listeners.for_each(|one| upgrade::scaled(&one.socket, workers));
        }
        for action in actions {
            self.act(action);
        }
        if self.supervisor.is_ending() {
            // Dropped, it kills a new version that is not ready.
            self.upgrade = None;
        }
        if self.supervisor.is_closing() {
            self.reloads.clear();
            self.next_reloads.clear();
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Spawn(id, slot) => self.spawn(id, slot),
            Action::Drain(id) => self.drain(id),
            Action::Kill(id) => self.signal(id, Signal::SIGKILL),
            Action::Finish(outcome) => self.outcome = Some(outcome),
            Action::Hung(id) => {
                self.totals.hung += 1;
                self.emit_of(id, Event::Hung);
            }
            Action::StartTimedOut(id) => {
                self.blame(id, "it was not ready in time");
                self.emit_of(id, Event::StartTimedOut);
            }
            Action::DrainTimedOut(id) => self.emit_of(id, Event::DrainTimedOut),
            Action::LameDuck => self.emit(Event::LameDuck),
            Action::Reloading => {
                self.reloads.append(&mut self.next_reloads);
                self.emit(Event::Reloading);
            }
            Action::Reloaded => {
                self.totals.reloads += 1;
                self.answer_reloads(None);
                self.emit(Event::Reloaded);
            }
            Action::ReloadFailed => {
                self.totals.reloads_failed += 1;
                let reason = self.why();
                self.answer_reloads(Some(&reason));
                self.emit(Event::ReloadFailed(reason));
            }
        }
    }

    /// Returns what happened to the last worker that failed.
    fn why(&self) -> String {
        let why = self.last_failure.as_deref();
        why.unwrap_or("no answer").to_owned()
    }

    fn send(&self, id: WorkerId, message: &PrimaryMessage, descriptors: Vec<Arc<OwnedFd>>) {
        if let Some(worker) = self.workers.get(&id) {
            worker.process.channel.push(message, descriptors);
        }
    }

    fn signal(&self, id: WorkerId, signal: Signal) {
        if let Some(worker) = self.workers.get(&id) {
            worker.process.signal(signal);
        }
    }

    /// Waits for reports of a worker, beside those of all others.
    fn listen_to(&mut self, id: WorkerId, reports: impl Stream<Item = WorkerReport> + 'static) {
        let reports = reports.map(move |report| (id, report));
        self.reports.push(reports.boxed_local());
    }

    fn emit(&self, event: Event) {
        // The program need not listen.
        let _ = self.events.send(event);
    }

    fn emit_of(&self, id: WorkerId, event: impl Fn(WorkerInfo) -> Event) {
        if let Some(worker) = self.workers.get(&id) {
            self.emit(event(worker.info));
        }
    }
}
