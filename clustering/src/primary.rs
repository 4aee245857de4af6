//! The primary at work: what happens goes to the [supervisor](crate::supervisor) and to the [dispatcher](crate::dispatch), what they decide is done here.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use futures::future::{FutureExt, LocalBoxFuture};
use futures::stream::{FuturesUnordered, StreamExt};
use nix::sys::signal::Signal;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use crate::acceptor::{self, Accepted, Acceptor};
use crate::attend::{self, Lines, Order, Report};
use crate::builder::{Builder, PULSE};
use crate::cluster::{Cluster, Ended};
use crate::dispatch::Dispatcher;
use crate::error::Failure;
use crate::handle::{Command, Mailboxes};
use crate::listeners::{self, Listeners};
use crate::message::{Counters, Down, PROTOCOL, Up};
use crate::placement::{Change, Placement};
use crate::stats::{Stats, Totals, WorkerStats};
use crate::supervisor::{Action, Input, Notice, Outcome, Supervisor};
use crate::{Error, Event, Exit, Scheduling, WorkerId, WorkerInfo, signals};

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
    begun: Instant,
    last_failure: Option<Failure>,
    last_signal: Option<Signal>,
    outcome: Option<Outcome>,
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
            listeners,
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
            begun: Instant::now(),
            last_failure: None,
            last_signal: None,
            outcome: None,
            builder,
            listeners,
        }
    }

    /// Runs until nobody is left.
    pub async fn run(mut self) -> Result<Ended, Error> {
        if self.builder.scheduling == Scheduling::RoundRobin {
            let listener = &self.listeners.sockets()[0];
            self.acceptor = Some(Acceptor::new(listener).map_err(Error::io("watch the listener"))?);
        }
        let mut signals = self.builder.signals.then(signals::received);
        let mut pulse = interval(PULSE);
        // After a pause of our own, workers are not blamed for it.
        pulse.set_missed_tick_behavior(MissedTickBehavior::Delay);

        self.step(Input::Clock);
        while self.outcome.is_none() {
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
            }
        }
        self.end()
    }

    fn end(mut self) -> Result<Ended, Error> {
        let outcome = self.outcome.take().unwrap_or(Outcome::NobodyLeft);
        let Outcome::GaveUp { slot } = outcome else {
            let signal = self.last_signal;
            return Ok(Ended { outcome, signal });
        };
        Err(Error::CrashLoop {
            slot,
            tries: self.builder.rules.give_up_after,
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

    fn spawn(&mut self, id: WorkerId, slot: usize) {
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

    fn drain(&mut self, id: WorkerId) {
        let Some(info) = self.info(id) else { return };
        let last = self.supervisor.is_ending();
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
            },
        );
        self.emit(Event::Draining { worker: info });
        self.place();
    }

    /// Nobody can come any more, and whoever is in a queue has been promised an answer.
    fn close_doors(&mut self) {
        for listener in self.listeners.sockets() {
            listeners::bar(listener);
        }
        if self.acceptor.take().is_some() {
            let listener = self.listeners.sockets()[0].clone();
            self.dispatcher.hurry();
            for connection in acceptor::queue_of(&listener) {
                self.hand_over(connection.into());
            }
            while let Some(connection) = self.dispatcher.take_returned() {
                self.hand_over(connection);
            }
            listeners::shut(&listener);
        }
        // The others are emptied and shut by those who accept from them.
    }

    fn reported(&mut self, id: WorkerId, report: Report) {
        match report {
            Report::Up(up) => self.said(id, up),
            Report::Proven => self.ready(id),
            Report::Disconnected => {
                if let Some(worker) = self.info(id) {
                    self.emit(Event::Disconnect { worker });
                }
            }
            Report::Exited(exit) => self.exited(id, exit),
        }
        while let Some(connection) = self.dispatcher.take_returned() {
            self.totals.handed_again += 1;
            self.hand_over(connection);
        }
    }

    fn said(&mut self, id: WorkerId, up: Up) {
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

    fn ready(&mut self, id: WorkerId) {
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

    fn exited(&mut self, id: WorkerId, exit: Exit) {
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
            self.totals.requests_of_the_gone += gone.counters.requests;
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

    fn accepted(&mut self, accepted: Accepted) {
        match accepted {
            Accepted::Connection(connection) => self.hand_over(connection.into()),
            Accepted::Failed(reason) => self.emit(Event::AcceptFailed { reason }),
        }
        // The others of the same burst go in the same packets.
        while self.dispatcher.has_room() {
            match self.acceptor.as_mut().and_then(Acceptor::try_accept) {
                Some(Accepted::Connection(connection)) => self.hand_over(connection.into()),
                _ => break,
            }
        }
    }

    fn hand_over(&mut self, connection: Rc<OwnedFd>) {
        match self.dispatcher.send(connection.clone()) {
            Ok((id, number)) => self.send(id, Order::Connection(number, connection)),
            Err(connection) => self.dispatcher.give_back(connection),
        }
    }

    /// Tells workers which listeners they are to accept from.
    fn place(&mut self) {
        if let Err(error) = self.listeners.grow(self.supervisor.wanted()) {
            // The listeners that there are serve all slots.
            let reason = error.to_string();
            self.emit(Event::AcceptFailed { reason });
        }
        let sockets = self.listeners.sockets().to_vec();
        for change in self.placement.changes(sockets.len()) {
            match change {
                Change::Listen(id, listener) => {
                    let socket = sockets[listener].clone();
                    self.send(id, Order::Say(Down::Listen { listener }, Some(socket)));
                }
                Change::Unlisten(id, listener) => self.order(id, Down::Unlisten { listener }),
            }
        }
    }

    fn tell(&mut self, notice: Notice) {
        let event = match notice {
            Notice::Hung(id) => {
                self.totals.hung += 1;
                self.info(id).map(|worker| Event::Hung { worker })
            }
            Notice::NotReady(id) => self.workers.get_mut(&id).map(|worker| {
                worker.verdict = Some(Failure::NotReady);
                let worker = worker.info;
                Event::NotReady { worker }
            }),
            Notice::NotDrained(id) => self.info(id).map(|worker| Event::NotDrained { worker }),
            Notice::Reloaded(number) => {
                self.totals.reloads += 1;
                self.answer_reloads(number, None);
                Some(Event::Reloaded)
            }
            Notice::ReloadFailed(number) => {
                self.totals.reloads_failed += 1;
                let reason = self.why();
                self.answer_reloads(number, Some(&reason));
                Some(Event::ReloadFailed { reason })
            }
        };
        if let Some(event) = event {
            self.emit(event);
        }
    }

    fn answer_reloads(&mut self, number: u64, answer: Option<&String>) {
        for (_, waits) in self.reloads.extract_if(.., |(asked, _)| *asked <= number) {
            // Whoever asked may have stopped to wait.
            let _ = waits.send(answer.cloned());
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Fork => self.step(Input::Fork),
            Command::Scale(workers) => self.step(Input::Scale(workers.get())),
            Command::Reload(answer) => {
                let number = self.supervisor.next_reload();
                self.reloads.push((number, answer));
                self.step(Input::Reload);
            }
            Command::Drain(id) => self.step(Input::Drain(id)),
            Command::Kill(id, signal) => self.signal(id, signal),
            Command::Shutdown => self.step(Input::Shutdown),
            Command::Quit => self.step(Input::Quit),
            // Whoever asked may have stopped to wait.
            Command::Stats(answer) => drop(answer.send(self.stats())),
        }
        if self.supervisor.is_ending() {
            self.reloads.clear();
        }
    }

    fn signalled(&mut self, signal: Signal) {
        let wanted = self.supervisor.wanted();
        match signal {
            Signal::SIGHUP => self.step(Input::Reload),
            Signal::SIGTTIN => self.step(Input::Scale(wanted + 1)),
            Signal::SIGTTOU => self.step(Input::Scale(wanted.saturating_sub(1).max(1))),
            Signal::SIGQUIT => self.step(Input::Quit),
            _ if self.supervisor.is_ending() => self.step(Input::Quit),
            _ => self.step(Input::Shutdown),
        }
        if self.supervisor.is_ending() {
            self.last_signal = Some(signal);
        }
    }

    fn stats(&self) -> Stats {
        let workers = self.workers.values().map(|worker| WorkerStats {
            id: worker.info.id.0,
            slot: worker.info.slot,
            pid: worker.info.pid,
            state: self.supervisor.state(worker.info.id).unwrap_or("ending"),
            uptime: worker.since.elapsed(),
            counters: worker.counters,
        });
        Stats {
            uptime: self.begun.elapsed(),
            wanted: self.supervisor.wanted(),
            ending: self.supervisor.is_ending(),
            workers: workers.collect(),
            totals: self.totals,
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
