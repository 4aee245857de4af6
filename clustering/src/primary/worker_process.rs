//! One worker as the primary sees it: started, spoken to, listened to, and reaped. Node: `cluster.fork()`.

use std::cell::Cell;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::Arc;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::net::UnixStream;
use tokio::process::Child;
use tokio::sync::mpsc;

use crate::builder::Builder;
use crate::client::Connection;
use crate::error::strip_os_error;
use crate::ipc::channel::Channel;
use crate::ipc::protocol::{PrimaryMessage, WorkerMessage};
use crate::ipc::sys::MOST_DESCRIPTORS;
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
    /// It answered the probe.
    ProbeOk,
    /// It answered the probe with a 5xx status, or not at all.
    ProbeFailed(String),
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

/// A worker that runs.
pub struct WorkerProcess {
    id: WorkerId,
    child: KillOnDrop,
    channel: Channel,
    commands: mpsc::UnboundedReceiver<WorkerCommand>,
    signals: mpsc::UnboundedReceiver<Signal>,
    messages: mpsc::Receiver<Value>,
    reports: mpsc::UnboundedSender<(WorkerId, WorkerReport)>,
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
    reports: mpsc::UnboundedSender<(WorkerId, WorkerReport)>,
) -> io::Result<(u32, WorkerSenders, WorkerProcess)> {
    let (channel, theirs) = Channel::pair()?;
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
    let child = KillOnDrop(tokio::process::Command::from(command).spawn()?);
    let pid = child.0.id().unwrap_or_default();

    let (commands_in, commands) = mpsc::unbounded_channel();
    let (signals_in, signals) = mpsc::unbounded_channel();
    let (messages_in, messages) = mpsc::channel(MESSAGES);
    let senders = WorkerSenders {
        commands: commands_in,
        signals: signals_in,
        messages: messages_in,
    };
    let process = WorkerProcess {
        id,
        child,
        channel,
        commands,
        signals,
        messages,
        reports,
    };
    Ok((pid, senders, process))
}

impl WorkerProcess {
    /// Speaks and listens until the worker is gone. The last two reports are [`WorkerReport::Disconnected`], after all that the worker had said, and
    /// [`WorkerReport::Exited`].
    pub async fn run(mut self) {
        let (id, reports) = (self.id, self.reports);
        let report = |what| {
            // The primary may be gone.
            let _ = reports.send((id, what));
        };
        let disconnected = Cell::new(false);
        let listening = async {
            while let Ok(Some(packet)) = self.channel.receive().await {
                report(WorkerReport::WorkerMessage(packet.message));
            }
            disconnected.set(true);
            report(WorkerReport::Disconnected);
        };
        let speaking = speak(
            &self.channel,
            &mut self.commands,
            &mut self.messages,
            &report,
        );
        let exit = tokio::select! {
            exit = self.child.end(&mut self.signals) => exit,
            () = async { tokio::join!(listening, speaking); std::future::pending().await } => {
                unreachable!("it is pending for ever")
            }
        };
        // What it said last is still there.
        while let Ok(Some(packet)) = self.channel.try_receive() {
            report(WorkerReport::WorkerMessage(packet.message));
        }
        if !disconnected.get() {
            report(WorkerReport::Disconnected);
        }
        report(WorkerReport::Exited(exit));
    }
}

async fn speak(
    channel: &Channel,
    commands: &mut mpsc::UnboundedReceiver<WorkerCommand>,
    messages: &mut mpsc::Receiver<Value>,
    report: &impl Fn(WorkerReport),
) {
    let mut received = Vec::new();
    loop {
        tokio::select! {
            count = commands.recv_many(&mut received, MOST_DESCRIPTORS) => if count == 0 {
                return;
            },
            Some(message) = messages.recv() => {
                received.push(WorkerCommand::Say(PrimaryMessage::Program(message), None));
            }
        }
        let mut received = received.drain(..).peekable();
        while let Some(command) = received.next() {
            // A worker that is gone hears nothing; its end is reported by others.
            let _ = match command {
                WorkerCommand::Say(message, descriptor) => {
                    let descriptors: Vec<_> = descriptor.iter().map(|one| one.as_fd()).collect();
                    channel.send(&message, &descriptors).await
                }
                WorkerCommand::Connection(first, connection) => {
                    // Those that follow go in the same packet.
                    let mut several = vec![connection];
                    while let Some(WorkerCommand::Connection(_, connection)) =
                        received.next_if(|next| matches!(next, WorkerCommand::Connection(..)))
                    {
                        several.push(connection);
                    }
                    let descriptors: Vec<_> = several.iter().map(|one| one.as_fd()).collect();
                    let count = several.len() as u64;
                    let message = PrimaryMessage::Connections { first, count };
                    channel.send(&message, &descriptors).await
                }
                WorkerCommand::Probe(path) => {
                    let failed = |error| WorkerReport::ProbeFailed(strip_os_error(&error));
                    report(probe(channel, &path).await.unwrap_or_else(failed));
                    Ok(())
                }
            };
        }
    }
}

/// Whether the worker answers a request on a socket of its own. Waits as long as the worker does.
async fn probe(channel: &Channel, path: &str) -> io::Result<WorkerReport> {
    let (ours, theirs) = UnixStream::pair()?;
    let theirs = OwnedFd::from(theirs.into_std()?);
    channel
        .send(&PrimaryMessage::Probe, &[theirs.as_fd()])
        .await?;
    drop(theirs);
    Ok(match Connection::new(ours).head(path).await {
        Ok((..500, _)) => WorkerReport::ProbeOk,
        Ok((status, _)) => {
            WorkerReport::ProbeFailed(format!("GET {path} was answered with {status}"))
        }
        Err(_) => WorkerReport::ProbeFailed(format!("GET {path} was not answered")),
    })
}

/// A process that is killed when it is dropped.
struct KillOnDrop(Child);

impl KillOnDrop {
    /// How it ended; meanwhile it gets the signals.
    async fn end(&mut self, signals: &mut mpsc::UnboundedReceiver<Signal>) -> Exit {
        loop {
            // Only here is it reaped, so that the number cannot belong to another process.
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

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        // It may have ended by itself. The runtime reaps it.
        let _ = self.0.start_kill();
    }
}
