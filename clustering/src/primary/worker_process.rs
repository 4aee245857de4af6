//! One worker as the primary sees it: started, spoken to, listened to, and reaped. Node: `cluster.fork()`.

use std::convert::Infallible;
use std::future;
use std::io;
use std::iter;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use futures_util::stream::{self, Stream};
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
use crate::worker::{PRIMARY_PID, WORKER_ID, WORKER_SLOT};
use crate::{Exit, WorkerId};

/// What a worker has done.
pub enum WorkerReport {
    /// It said something.
    Message(WorkerMessage),
    /// It has answered the probe, or why not: with a 5xx status, or not at all.
    Probed(Result<(), String>),
    /// Its channel is closed.
    Disconnected,
    /// It is gone, and reaped.
    Exited(Exit),
}

/// How the primary reaches a worker.
pub struct WorkerProcess {
    /// Messages are sent while the reports are waited for.
    pub channel: Arc<Channel>,
    /// The messages of the program.
    pub messages: mpsc::Sender<Value>,
    /// Its number, until it was reaped: then it may be that of another process.
    pub pid: Option<Pid>,
}

/// How many messages of the program may wait for a worker before `send` does.
const MESSAGES: usize = 64;

impl WorkerProcess {
    /// Starts a worker, and returns with it what it does until it is gone; the last report is [`WorkerReport::Exited`]. It is killed if the reports are dropped.
    ///
    /// The thread that calls this must live as long as the process: the worker asks the kernel to be killed when that thread ends.
    pub fn start(
        builder: &Builder,
        id: WorkerId,
        slot: usize,
    ) -> io::Result<(Self, impl Stream<Item = WorkerReport> + use<>)> {
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

        let (messages, to_send) = mpsc::channel(MESSAGES);
        let worker = Self {
            channel: Arc::new(channel),
            messages,
            pid: child.id().map(|pid| Pid::from_raw(pid.cast_signed())),
        };
        let running = Running {
            child,
            channel: worker.channel.clone(),
            messages: to_send,
            is_connected: true,
        };
        let next = async |running: Option<Running>| {
            let mut running = running?;
            let report = running.report().await;
            let is_over = matches!(report, WorkerReport::Exited(_));
            Some((report, (!is_over).then_some(running)))
        };
        Ok((worker, stream::unfold(Some(running), next)))
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        // It may have ended by itself meanwhile.
        let _ = self.pid.map(|pid| kill(pid, signal));
    }

    /// Returns what it has said last, when it was reaped.
    pub fn last_messages(&mut self) -> Vec<WorkerMessage> {
        self.pid = None;
        let received = iter::from_fn(|| self.channel.try_receive().ok()?);
        received.map(|last| last.message).collect()
    }

    /// Has the worker answer a request on a socket of its own, and waits as long as that takes.
    pub fn probe(&self, path: String) -> impl Future<Output = WorkerReport> + use<> {
        let channel = self.channel.clone();
        let probe = async move {
            let (ours, theirs) = UnixStream::pair()?;
            let theirs = OwnedFd::from(theirs.into_std()?);
            channel.push(&PrimaryMessage::Probe, vec![Arc::new(theirs)]);
            Ok::<_, io::Error>(match Connection::new(ours).head(&path).await {
                Ok((..500, _)) => Ok(()),
                Ok((status, _)) => Err(format!("GET {path} was answered with {status}")),
                Err(_) => Err(format!("GET {path} was not answered")),
            })
        };
        async {
            let failed = |error: io::Error| Err(strip_os_error(&error));
            WorkerReport::Probed(probe.await.unwrap_or_else(failed))
        }
    }
}

/// A worker that has not been reaped.
struct Running {
    child: Child,
    channel: Arc<Channel>,
    messages: mpsc::Receiver<Value>,
    is_connected: bool,
}

impl Running {
    /// Waits for what the worker does next, and meanwhile sends what is queued for it.
    async fn report(&mut self) -> WorkerReport {
        let sending = async {
            // If this fails, the worker is gone, and its end is the next report.
            while self.channel.flush().await.is_ok() {
                tokio::select! {
                    () = self.channel.queued() => {}
                    Some(message) = self.messages.recv() => {
                        self.channel.push(&PrimaryMessage::Program(message), Vec::new());
                    }
                }
            }
            future::pending::<Infallible>().await
        };
        tokio::select! {
            received = self.channel.receive(), if self.is_connected => match received {
                Ok(Some(received)) => WorkerReport::Message(received.message),
                Ok(None) | Err(_) => {
                    self.is_connected = false;
                    WorkerReport::Disconnected
                }
            },
            status = self.child.wait() => {
                WorkerReport::Exited(status.map_or(Exit::Code(-1), Exit::from))
            }
            never = sending => match never {},
        }
    }
}
