//! One worker as the primary sees it: started, spoken to, listened to, and reaped. Node: `cluster.fork()`.

use std::cell::Cell;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

use super::upgrade::FROM_SERVICE_MANAGER;
use crate::builder::Builder;
use crate::client::Connection;
use crate::error::strip_os_error;
use crate::ipc::channel::Channel;
use crate::ipc::protocol::{PrimaryMessage, WorkerMessage};
use crate::sys::MOST_DESCRIPTORS;
use crate::worker::{PRIMARY_PID, WORKER_ID, WORKER_SLOT};
use crate::{Exit, WorkerId};

/// What the primary wants of a worker.
pub enum WorkerCommand {
    /// Say this, with a descriptor.
    Say(PrimaryMessage, Option<Arc<OwnedFd>>),
    /// Hand over a connection, with its number.
    Connection(u64, Arc<OwnedFd>),
    /// Have a request answered at this path, to see whether it can.
    Probe(String),
}

/// What became of it.
pub enum WorkerReport {
    /// It said something.
    WorkerMessage(WorkerMessage),
    /// It has answered the probe, or why not: with a 5xx status, or not at all.
    Probed(Result<(), String>),
    /// Its channel is closed.
    Disconnected,
    /// It is gone.
    Exited(Exit),
}

/// The ends that the primary keeps.
pub struct WorkerSenders {
    pub commands: mpsc::UnboundedSender<WorkerCommand>,
    pub signals: mpsc::UnboundedSender<Signal>,
    pub messages: mpsc::Sender<Value>,
}

/// How many messages of the program may wait for a worker before `send` does.
const MESSAGES: usize = 64;

/// Starts a worker, and returns its process, how to speak to it, and what is to be polled until it is gone. It is killed if that is dropped.
///
/// The last two reports are [`WorkerReport::Disconnected`], after all that the worker had said, and [`WorkerReport::Exited`].
///
/// The thread that calls this must live as long as the process: the worker asks the kernel to be killed when that thread ends.
pub fn start(
    builder: &Builder,
    id: WorkerId,
    slot: usize,
    reports: mpsc::UnboundedSender<(WorkerId, WorkerReport)>,
) -> io::Result<(u32, WorkerSenders, impl Future<Output = ()> + use<>)> {
    let (channel, theirs) = Channel::pair()?;
    let mut command = Command::new(builder.program.as_ref().expect("`build` has set it"));
    command.args(&builder.args);
    command.envs(builder.env.iter().map(|(name, value)| (name, value)));
    if let Some(directory) = &builder.cwd {
        command.current_dir(directory);
    }
    for name in FROM_SERVICE_MANAGER
        .iter()
        .chain(&["NOTIFY_SOCKET", "WATCHDOG_USEC"])
    {
        command.env_remove(name);
    }
    command
        .env(WORKER_ID, id.to_string())
        .env(WORKER_SLOT, slot.to_string())
        .env(PRIMARY_PID, std::process::id().to_string());
    // Ctrl-C is for the primary alone, which then lets workers finish.
    command.stdin(theirs).process_group(0).kill_on_drop(true);
    let child = command.spawn()?;
    let pid = child.id().unwrap_or_default();

    let (commands, commands_out) = mpsc::unbounded_channel();
    let (signals, signals_out) = mpsc::unbounded_channel();
    let (messages, messages_out) = mpsc::channel(MESSAGES);
    let report = move |what| {
        // The primary may be gone.
        let _ = reports.send((id, what));
    };
    let worker = run(
        child,
        channel,
        commands_out,
        signals_out,
        messages_out,
        report,
    );
    let senders = WorkerSenders {
        commands,
        signals,
        messages,
    };
    Ok((pid, senders, worker))
}

async fn run(
    mut child: Child,
    channel: Channel,
    commands: mpsc::UnboundedReceiver<WorkerCommand>,
    signals: mpsc::UnboundedReceiver<Signal>,
    messages: mpsc::Receiver<Value>,
    report: impl Fn(WorkerReport),
) {
    let is_connected = Cell::new(true);
    let listening = async {
        while let Ok(Some(received)) = channel.receive().await {
            report(WorkerReport::WorkerMessage(received.message));
        }
        is_connected.set(false);
        report(WorkerReport::Disconnected);
    };
    let talking = async {
        tokio::join!(listening, speak(&channel, commands, messages, &report));
        std::future::pending::<Infallible>().await
    };
    let exit = tokio::select! {
        exit = ended(&mut child, signals) => exit,
        never = talking => match never {},
    };
    // What it said last is still there.
    while is_connected.get()
        && let Ok(Some(received)) = channel.try_receive()
    {
        report(WorkerReport::WorkerMessage(received.message));
    }
    if is_connected.get() {
        report(WorkerReport::Disconnected);
    }
    report(WorkerReport::Exited(exit));
}

async fn speak(
    channel: &Channel,
    mut commands: mpsc::UnboundedReceiver<WorkerCommand>,
    mut messages: mpsc::Receiver<Value>,
    report: &impl Fn(WorkerReport),
) {
    use WorkerCommand::{Connection, Probe, Say};

    let mut received = Vec::new();
    loop {
        tokio::select! {
            count = commands.recv_many(&mut received, MOST_DESCRIPTORS) => if count == 0 {
                return;
            },
            Some(message) = messages.recv() => received.push(Say(PrimaryMessage::Program(message), None)),
        }
        let are_connections = |one: &WorkerCommand, next: &WorkerCommand| {
            matches!((one, next), (Connection(..), Connection(..)))
        };
        for commands in received.chunk_by(are_connections) {
            match &commands[0] {
                Say(message, descriptor) => {
                    channel.push(message, descriptor.iter().cloned().collect());
                }
                // Those that follow go in the same message.
                Connection(first, _) => {
                    let connection = |command: &WorkerCommand| match command {
                        Connection(_, connection) => Some(connection.clone()),
                        _ => None,
                    };
                    let connections: Vec<_> = commands.iter().filter_map(connection).collect();
                    let (first, count) = (*first, connections.len() as u64);
                    channel.push(&PrimaryMessage::Connections { first, count }, connections);
                }
                Probe(path) => {
                    let probed = probe(channel, path).await;
                    let failed = |error| Err(strip_os_error(&error));
                    report(WorkerReport::Probed(probed.unwrap_or_else(failed)));
                }
            }
            // A worker that is gone hears nothing; its end is reported by others.
            let _ = channel.flush().await;
        }
        received.clear();
    }
}

/// Whether the worker answers a request on a socket of its own. Waits as long as the worker does.
async fn probe(channel: &Channel, path: &str) -> io::Result<Result<(), String>> {
    let (ours, theirs) = UnixStream::pair()?;
    let theirs = OwnedFd::from(theirs.into_std()?);
    channel.push(&PrimaryMessage::Probe, vec![Arc::new(theirs)]);
    channel.flush().await?;
    Ok(match Connection::new(ours).head(path).await {
        Ok((..500, _)) => Ok(()),
        Ok((status, _)) => Err(format!("GET {path} was answered with {status}")),
        Err(_) => Err(format!("GET {path} was not answered")),
    })
}

/// How it ended; meanwhile it gets the signals.
async fn ended(child: &mut Child, mut signals: mpsc::UnboundedReceiver<Signal>) -> Exit {
    loop {
        // Only here is it reaped, so that the number cannot belong to another process.
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        tokio::select! {
            status = child.wait() => return status.map_or(Exit::Code(-1), Exit::from),
            Some(signal) = signals.recv() => if let Some(pid) = pid {
                // It may have ended by itself meanwhile.
                let _ = kill(Pid::from_raw(pid), signal);
            },
        }
    }
}
