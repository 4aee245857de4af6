//! The primary at work: what happens goes to the [supervisor](crate::supervisor) and to the [dispatcher](crate::dispatch), what they decide is done here.

mod connections;
mod replacing;
mod requests;
mod workers;

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::OwnedFd;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures::future::{FutureExt, LocalBoxFuture};
use futures::stream::{FuturesUnordered, StreamExt};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::task::yield_now;
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use crate::acceptor::{Accepted, Acceptor};
use crate::attend::{Lines, Order, Report};
use crate::builder::{Builder, PULSE};
use crate::cluster::{Cluster, Ended};
use crate::dispatch::Dispatcher;
use crate::error::Failure;
use crate::handle::{Command, Mailboxes};
use crate::listeners::Listeners;
use crate::message::{Counters, Down};
use crate::placement::Placement;
use crate::replace::{self, Finishing};
use crate::stats::Totals;
use crate::supervisor::{Action, Input, Outcome, Supervisor};
use crate::worker::raise_descriptor_limit;
use crate::{Error, Event, WorkerId, WorkerInfo, signals};

/// A running cluster.
pub struct Primary {
    builder: Builder,
    listeners: Listeners,
    supervisor: Supervisor,
    dispatcher: Dispatcher<Rc<OwnedFd>>,
    placement: Placement,
    acceptor: Option<Acceptor>,
    workers: BTreeMap<WorkerId, Worker>,
    attendants: FuturesUnordered<LocalBoxFuture<'static, ()>>,
    reports: mpsc::UnboundedReceiver<(WorkerId, Report)>,
    report_to: mpsc::UnboundedSender<(WorkerId, Report)>,
    commands: mpsc::UnboundedReceiver<Command>,
    mailboxes: Mailboxes,
    events: broadcast::Sender<Event>,
    reloads: Vec<(u64, oneshot::Sender<Option<String>>)>,
    totals: Totals,
    requests_of_the_gone: u64,
    begun: Instant,
    last_failure: Option<Failure>,
    last_signal: Option<Signal>,
    outcome: Option<Outcome>,
    /// A new version of ourselves is to take over after the reload with this number.
    replaced_after: Option<u64>,
    /// The last reload that went through.
    reloaded: u64,
    /// The workers of a primary that was here before.
    finishing: Finishing,
    /// Workers that will finish without us.
    alone: BTreeSet<WorkerId>,
}

struct Worker {
    info: WorkerInfo,
    lines: Lines,
    since: Instant,
    counters: Counters,
    /// Why we kill it.
    verdict: Option<Failure>,
}

impl Primary {
    /// Takes over what `build` has prepared.
    pub fn new(cluster: Cluster) -> Self {
        let Cluster {
            builder,
            mut listeners,
            handle,
            commands,
            events,
        } = cluster;
        let (report_to, reports) = mpsc::unbounded_channel();
        Self {
            supervisor: Supervisor::new(builder.rules.clone(), builder.workers),
            dispatcher: Dispatcher::new(builder.settings.max_connections),
            placement: Placement::new(builder.scheduling),
            acceptor: None,
            workers: BTreeMap::new(),
            attendants: FuturesUnordered::new(),
            reports,
            report_to,
            commands,
            mailboxes: handle.mailboxes,
            events,
            reloads: Vec::new(),
            totals: Totals::default(),
            requests_of_the_gone: 0,
            begun: Instant::now(),
            last_failure: None,
            last_signal: None,
            outcome: None,
            replaced_after: None,
            reloaded: 0,
            finishing: Finishing::new(listeners.take_finishing().into()),
            alone: BTreeSet::new(),
            builder,
            listeners,
        }
    }

    /// Runs until nobody is left.
    pub async fn run(mut self) -> Result<Ended, Error> {
        raise_descriptor_limit();
        self.begin_to_accept()?;
        let mut signals = self.builder.signals.then(signals::received);
        let mut pulse = interval(PULSE);
        // After a pause of our own, workers are not blamed for it.
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);

        let events = self.events.clone();
        let tell = move |pid: Pid| {
            let pid = pid.as_raw().unsigned_abs();
            // Nobody has to listen.
            let _ = events.send(Event::Finished { pid });
        };
        let limit = self.builder.rules.drain_timeout;
        let mut reaping = pin!(replace::reap(self.finishing.clone(), limit, tell));
        let mut reaped = false;

        self.step(Input::Clock);
        while self.outcome.is_none() || self.waits_for_others() {
            if self.may_be_replaced() {
                // A signal that comes from here on waits for whoever we shall be; one that came before is for us.
                signals::hold();
                yield_now().await;
                match next_signal(&mut signals).now_or_never().flatten() {
                    Some(signal) => self.signalled(signal),
                    None => self.replace_ourselves().await,
                }
                signals::release();
            }
            let deadline = self.supervisor.deadline();
            let takes = self.dispatcher.has_room();
            tokio::select! {
                Some((id, report)) = self.reports.recv() => self.reported(id, report),
                Some(()) = self.attendants.next() => {}
                Some(command) = self.commands.recv() => self.obey(command),
                accepted = accept(&mut self.acceptor), if takes => self.accepted(accepted),
                () = until(deadline), if deadline.is_some() => self.step(Input::Clock),
                _ = pulse.tick() => self.step(Input::Pulse),
                Some(signal) = next_signal(&mut signals) => self.signalled(signal),
                () = &mut reaping, if !reaped => reaped = true,
            }
        }
        replace::kill_all(&self.finishing);
        self.end()
    }

    /// Whether the workers of an earlier primary still finish: they would be killed with us.
    fn waits_for_others(&self) -> bool {
        self.outcome != Some(Outcome::Quit) && !self.finishing.borrow().is_empty()
    }

    fn end(mut self) -> Result<Ended, Error> {
        let outcome = self.outcome.take().unwrap_or(Outcome::NobodyLeft);
        let Outcome::GaveUp { slot, tries } = outcome else {
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

    fn order(&mut self, id: WorkerId, message: Down) {
        self.send(id, Order::Say(message, None));
    }

    fn send(&mut self, id: WorkerId, order: Order) {
        if let Some(worker) = self.workers.get(&id) {
            // Its attendant ends with the worker, which is reported.
            let _ = worker.lines.orders.send(order);
        }
    }

    fn signal(&mut self, id: WorkerId, signal: Signal) {
        if let Some(worker) = self.workers.get(&id) {
            // As above.
            let _ = worker.lines.signals.send(signal);
        }
    }

    fn emit(&self, event: Event) {
        // Nobody has to listen.
        let _ = self.events.send(event);
    }
}

async fn accept(acceptor: &mut Option<Acceptor>) -> Accepted {
    match acceptor {
        Some(acceptor) => acceptor.accept().await,
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    let far = || Instant::now() + Duration::from_secs(3600);
    sleep_until(deadline.unwrap_or_else(far).into()).await;
}

async fn next_signal(
    signals: &mut Option<impl futures::Stream<Item = Signal> + Unpin>,
) -> Option<Signal> {
    match signals {
        Some(signals) => signals.next().await,
        None => std::future::pending().await,
    }
}
