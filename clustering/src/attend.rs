//! One worker as the primary sees it: started, spoken to, listened to, and reaped. Node: `cluster.fork()`.

use std::cell::Cell;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::rc::Rc;

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::process::Child;
use tokio::sync::mpsc;

use crate::builder::Builder;
use crate::client::Connection;
use crate::control::Control;
use crate::error::strip_number;
use crate::message::{Down, Up};
use crate::os::MOST_DESCRIPTORS;
use crate::worker::{PRIMARY_PID, WORKER_ID, WORKER_SLOT};
use crate::{Exit, WorkerId};

/// What the primary wants of a worker.
pub enum Order {
    /// Say this, with a descriptor.
    Say(Down, Option<Rc<OwnedFd>>),
    /// Hand over a connection, with its number.
    Connection(u64, Rc<OwnedFd>),
    /// Have a request answered at this path, to see whether it can.
    Probe(String),
}

/// What became of it.
pub enum Report {
    /// It said something.
    Up(Up),
    /// It answered the probe.
    Proven,
    /// It answered the probe in a way that nobody should get, or not at all.
    Unfit(String),
    /// Its channel is closed.
    Disconnected,
    /// It is gone.
    Exited(Exit),
}

/// The ends that the primary keeps.
pub struct Lines {
    pub orders: mpsc::UnboundedSender<Order>,
    pub signals: mpsc::UnboundedSender<Signal>,
    pub messages: mpsc::Sender<Value>,
}

/// A worker that runs.
pub struct Attended {
    id: WorkerId,
    child: Reaped,
    control: Control,
    orders: mpsc::UnboundedReceiver<Order>,
    signals: mpsc::UnboundedReceiver<Signal>,
    messages: mpsc::Receiver<Value>,
    reports: mpsc::UnboundedSender<(WorkerId, Report)>,
}

/// How many messages of the program may wait for a worker before `send` does.
const MESSAGES: usize = 64;

/// Starts a worker.
///
/// The thread that calls this must live as long as the process: the worker asks the kernel to be killed when that thread ends.
pub fn start(
    builder: &Builder,
    id: WorkerId,
    slot: usize,
    reports: mpsc::UnboundedSender<(WorkerId, Report)>,
) -> io::Result<(u32, Lines, Attended)> {
    let (control, theirs) = Control::pair()?;
    let program = builder.program.as_ref().expect("`build` has set it");
    let mut command = Command::new(program);
    command
        .args(&builder.args)
        .envs(builder.env.iter().cloned());
    if let Some(directory) = &builder.cwd {
        command.current_dir(directory);
    }
    command
        .env(WORKER_ID, id.to_string())
        .env(WORKER_SLOT, slot.to_string())
        .env(PRIMARY_PID, std::process::id().to_string());
    // What a service manager told the primary is not for workers.
    for name in [
        "LISTEN_FDS",
        "LISTEN_PID",
        "LISTEN_FDNAMES",
        "NOTIFY_SOCKET",
        "WATCHDOG_PID",
        "WATCHDOG_USEC",
    ] {
        command.env_remove(name);
    }
    // Ctrl-C is for the primary alone, which then lets workers finish.
    command.stdin(theirs).process_group(0);
    let child = Reaped(tokio::process::Command::from(command).spawn()?);
    let pid = child.0.id().unwrap_or_default();

    let (orders_in, orders) = mpsc::unbounded_channel();
    let (signals_in, signals) = mpsc::unbounded_channel();
    let (messages_in, messages) = mpsc::channel(MESSAGES);
    let lines = Lines {
        orders: orders_in,
        signals: signals_in,
        messages: messages_in,
    };
    let attended = Attended {
        id,
        child,
        control,
        orders,
        signals,
        messages,
        reports,
    };
    Ok((pid, lines, attended))
}

impl Attended {
    /// Speaks and listens until the worker is gone. The last two reports are [`Report::Disconnected`], after all that the worker had said, and
    /// [`Report::Exited`].
    pub async fn attend(mut self) {
        let (id, reports) = (self.id, self.reports);
        let report = |what| {
            // Whoever drops the cluster wants to know nothing more.
            let _ = reports.send((id, what));
        };
        let disconnected = Cell::new(false);
        let listening = async {
            while let Ok(Some(packet)) = self.control.receive().await {
                report(Report::Up(packet.message));
            }
            disconnected.set(true);
            report(Report::Disconnected);
        };
        let speaking = speak(&self.control, &mut self.orders, &mut self.messages, &report);
        let exit = tokio::select! {
            exit = self.child.end(&mut self.signals) => exit,
            () = async { tokio::join!(listening, speaking); std::future::pending().await } => {
                unreachable!("it is pending for ever")
            }
        };
        // What it said last is still there.
        while let Ok(Some(packet)) = self.control.try_receive() {
            report(Report::Up(packet.message));
        }
        if !disconnected.get() {
            report(Report::Disconnected);
        }
        report(Report::Exited(exit));
    }
}

async fn speak(
    control: &Control,
    orders: &mut mpsc::UnboundedReceiver<Order>,
    messages: &mut mpsc::Receiver<Value>,
    report: &impl Fn(Report),
) {
    let mut next = None;
    loop {
        let order = match next.take() {
            Some(order) => order,
            None => tokio::select! {
                order = orders.recv() => match order { Some(order) => order, None => return },
                Some(message) = messages.recv() => Order::Say(Down::Program(message), None),
            },
        };
        // A worker that is gone hears nothing; its end is reported by others.
        let _ = match order {
            Order::Say(message, descriptor) => {
                let descriptors: Vec<_> = descriptor.iter().map(|one| one.as_fd()).collect();
                control.send(&message, &descriptors).await
            }
            Order::Connection(first, connection) => {
                let mut several = vec![connection];
                while several.len() < MOST_DESCRIPTORS {
                    match orders.try_recv() {
                        Ok(Order::Connection(_, connection)) => several.push(connection),
                        Ok(other) => {
                            next = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                let descriptors: Vec<_> = several.iter().map(|one| one.as_fd()).collect();
                let count = several.len() as u64;
                let message = Down::Connections { first, count };
                control.send(&message, &descriptors).await
            }
            Order::Probe(path) => {
                let unfit = |error: io::Error| Report::Unfit(strip_number(&error));
                report(probe(control, &path).await.unwrap_or_else(unfit));
                Ok(())
            }
        };
    }
}

/// Whether the worker answers a request on a socket of its own. Waits as long as the worker does.
async fn probe(control: &Control, path: &str) -> io::Result<Report> {
    let (ours, theirs) = UnixStream::pair()?;
    let theirs = OwnedFd::from(theirs.into_std()?);
    control.send(&Down::Probe, &[theirs.as_fd()]).await?;
    drop(theirs);
    Ok(match Connection::new(ours).head(path).await {
        Ok((..500, _)) => Report::Proven,
        Ok((status, _)) => Report::Unfit(format!("GET {path} was answered with {status}")),
        Err(_) => Report::Unfit(format!("GET {path} was not answered")),
    })
}

/// A process that is killed and reaped when it is dropped, before anything else happens.
struct Reaped(Child);

impl Reaped {
    /// How it ended; meanwhile it gets the signals.
    async fn end(&mut self, signals: &mut mpsc::UnboundedReceiver<Signal>) -> Exit {
        loop {
            // Only here is it reaped, so that the number cannot be somebody else's.
            let pid = self.pid();
            tokio::select! {
                status = self.0.wait() => match status {
                    Ok(status) => return status.into(),
                    Err(_) => return Exit::Code(-1),
                },
                Some(signal) = signals.recv() => {
                    if let Some(pid) = pid {
                        // It may have ended by itself meanwhile.
                        let _ = kill(pid, signal);
                    }
                }
            }
        }
    }

    fn pid(&self) -> Option<Pid> {
        let pid = self.0.id()?;
        Some(Pid::from_raw(i32::try_from(pid).ok()?))
    }
}

impl Drop for Reaped {
    fn drop(&mut self) {
        if let Some(pid) = self.pid() {
            // Nothing survives SIGKILL for long.
            let _ = kill(pid, Signal::SIGKILL);
            let _ = waitpid(pid, None);
        }
    }
}
