//! The primary at work: what happens goes to the [supervisor](crate::supervisor) and to the [balancer](crate::primary::balancer), what they decide is done here.

pub mod balancer;
mod commands;
mod connections;
pub mod listener;
pub mod signals;
pub mod upgrade;
pub mod worker_process;
mod workers;

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use nix::sys::signal::Signal;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use crate::builder::{Builder, PULSE};
use crate::cluster::{Cluster, Ended};
use crate::error::Failure;
use crate::handle::{Command, Outboxes};
use crate::ipc::acceptor::Acceptors;
use crate::ipc::protocol::{Counters, PrimaryMessage};
use crate::primary::balancer::Balancer;
use crate::primary::listener::Listener;
use crate::primary::upgrade::{Attempt, Starting};
use crate::primary::worker_process::{WorkerCommand, WorkerReport, WorkerSenders};
use crate::stats::Totals;
use crate::supervisor::{Action, Input, ShutdownReason, Supervisor};
use crate::worker::raise_descriptor_limit;
use crate::{Error, Event, WorkerId, WorkerInfo};

/// A running cluster.
pub struct Primary {
    builder: Builder,
    listeners: Vec<Listener>,
    supervisor: Supervisor,
    balancer: Balancer<Arc<OwnedFd>>,
    acceptors: Acceptors,
    workers: BTreeMap<WorkerId, Worker>,
    worker_tasks: FuturesUnordered<LocalBoxFuture<'static, ()>>,
    reports: mpsc::UnboundedReceiver<(WorkerId, WorkerReport)>,
    report_to: mpsc::UnboundedSender<(WorkerId, WorkerReport)>,
    commands: mpsc::UnboundedReceiver<Command>,
    outboxes: Outboxes,
    events: broadcast::Sender<Event>,
    reloads: Vec<(u64, oneshot::Sender<Option<String>>)>,
    totals: Totals,
    retired_requests: u64,
    begun: Instant,
    last_failure: Option<Failure>,
    last_signal: Option<Signal>,
    outcome: Option<ShutdownReason>,
    /// Set until all workers serve for the first time.
    starting: Option<Starting>,
    /// A new version of the program, which is to take over.
    upgrade: Option<Attempt>,
}

struct Worker {
    info: WorkerInfo,
    senders: WorkerSenders,
    since: Instant,
    counters: Counters,
    /// Why we kill it.
    kill_reason: Option<Failure>,
}

impl Primary {
    /// Takes over what `build` has prepared.
    pub fn new(cluster: Cluster) -> Self {
        let Cluster {
            builder,
            listeners,
            handle,
            starting,
            commands,
            events,
        } = cluster;
        let (report_to, reports) = mpsc::unbounded_channel();
        Self {
            supervisor: Supervisor::new(builder.rules.clone(), builder.workers),
            balancer: Balancer::new(builder.settings.max_connections),
            acceptors: Acceptors::default(),
            workers: BTreeMap::new(),
            worker_tasks: FuturesUnordered::new(),
            reports,
            report_to,
            commands,
            outboxes: handle.outboxes,
            events,
            reloads: Vec::new(),
            totals: Totals::default(),
            retired_requests: 0,
            begun: Instant::now(),
            last_failure: None,
            last_signal: None,
            outcome: None,
            starting: Some(starting),
            upgrade: None,
            builder,
            listeners,
        }
    }

    /// Runs until no worker is left.
    pub async fn run(mut self) -> Result<Ended, Error> {
        raise_descriptor_limit();
        self.begin_to_accept()?;
        let mut signals = self.builder.signals.then(signals::received);
        let mut pulse = interval(PULSE);
        // After a pause of our own, workers are not blamed for it.
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);

        for signal in signals::ignored().filter(|_| self.builder.signals) {
            self.emit(Event::SignalIgnored { signal });
        }
        self.step(Input::Clock);
        while self.outcome.is_none() {
            let deadline = self.supervisor.deadline();
            let takes = self.balancer.has_room();
            tokio::select! {
                Some((id, report)) = self.reports.recv() => self.on_report(id, report),
                Some(()) = self.worker_tasks.next() => {}
                Some(command) = self.commands.recv() => self.handle_command(command),
                accepted = self.acceptors.accept(), if takes => self.accepted(accepted),
                () = until(deadline), if deadline.is_some() => self.step(Input::Clock),
                _ = pulse.tick() => self.step(Input::HeartbeatTick),
                Some(signal) = next_signal(&mut signals) => self.on_signal(signal),
                outcome = attempted(&mut self.upgrade) => self.upgraded(outcome),
            }
        }
        self.end()
    }

    fn end(mut self) -> Result<Ended, Error> {
        let outcome = self.outcome.take().unwrap_or(ShutdownReason::NobodyLeft);
        let ShutdownReason::GaveUp { slot, tries } = outcome else {
            let signal = self.last_signal;
            return Ok(Ended { outcome, signal });
        };
        Err(Error::CrashLoop {
            slot,
            tries,
            last: self.why(),
        })
    }

    fn step(&mut self, input: Input) {
        let actions = self.supervisor.step(Instant::now(), input);
        for action in actions {
            match action {
                Action::Spawn(id, slot) => self.spawn(id, slot),
                Action::Drain(id) => self.drain(id),
                Action::Kill(id) => self.signal(id, Signal::SIGKILL),
                Action::Tell(notice) => self.tell(notice),
                Action::Finish(outcome) => self.outcome = Some(outcome),
            }
        }
    }

    fn why(&self) -> String {
        let why = self.last_failure.as_ref().map(ToString::to_string);
        why.unwrap_or_else(|| "no answer".to_owned())
    }

    fn info(&self, id: WorkerId) -> Option<WorkerInfo> {
        self.workers.get(&id).map(|worker| worker.info)
    }

    fn order(&mut self, id: WorkerId, message: PrimaryMessage) {
        self.send(id, WorkerCommand::Say(message, None));
    }

    fn send(&mut self, id: WorkerId, order: WorkerCommand) {
        if let Some(worker) = self.workers.get(&id) {
            // Its task ends with the worker, which is reported.
            let _ = worker.senders.commands.send(order);
        }
    }

    fn signal(&mut self, id: WorkerId, signal: Signal) {
        if let Some(worker) = self.workers.get(&id) {
            // As above.
            let _ = worker.senders.signals.send(signal);
        }
    }

    fn emit(&self, event: Event) {
        // The program need not listen.
        let _ = self.events.send(event);
    }
}

async fn attempted(upgrade: &mut Option<Attempt>) -> upgrade::Outcome {
    match upgrade {
        Some(attempt) => attempt.await,
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    let far = || Instant::now() + Duration::from_secs(3600);
    sleep_until(deadline.unwrap_or_else(far).into()).await;
}

async fn next_signal(
    signals: &mut Option<impl futures_util::Stream<Item = Signal> + Unpin>,
) -> Option<Signal> {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}
