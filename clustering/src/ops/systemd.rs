//! Words for the service manager: `sd_notify(3)`, and nothing but its socket.
//!
//! systemd starts what comes next when it reads `READY=1`, waits for the end of a reload, and restarts a service that no longer says `WATCHDOG=1`.
//! Wherever `NOTIFY_SOCKET` is not set, all of this does nothing.

use std::env;
use std::io;
use std::os::unix::net;
use std::time::Duration;

use futures_util::stream::{Stream, StreamExt};
use nix::time::{ClockId, clock_gettime};
use tokio::net::UnixDatagram;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::{Event, Handle, Stats, sys};

/// A service manager that listens.
struct Manager(net::SocketAddr);

/// How long a manager that is busy is waited for. Only a few packets can wait for it, and `READY=1` had better not be the one that does not fit.
const PATIENCE: Duration = Duration::from_secs(2);

/// Tells the service manager what becomes of the cluster, until that has ended: join it with [`crate::Cluster::run`].
///
/// # Errors
///
/// What the system says of the socket that `NOTIFY_SOCKET` names. A manager that does not listen later on is no error.
pub async fn notify(
    mut events: impl Stream<Item = Event> + Unpin,
    handle: Handle,
) -> io::Result<()> {
    let Some(manager) = Manager::from_env()? else {
        return Ok(());
    };
    let watchdog = watchdog();
    let mut beat = interval(watchdog.unwrap_or(Duration::from_secs(3600)));
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut phase, mut serving) = (Phase::Starting, None);
    loop {
        let event = tokio::select! {
            event = events.next() => event,
            _ = beat.tick(), if watchdog.is_some() => {
                // A primary without a worker is one that had better be started again.
                if handle.stats().await.is_ok_and(|stats| stats.ready() > 0) {
                    manager.say("WATCHDOG=1").await;
                }
                continue;
            }
        };
        let Some(event) = event else { break };
        if let Event::Upgraded(pid) = event {
            // From here on the manager listens to the new one, which says the rest.
            manager.say(&format!("MAINPID={pid}")).await;
            return Ok(());
        }
        let Ok(stats) = handle.stats().await else {
            break;
        };
        let before = phase;
        phase = phase.after(&event, &stats);
        if phase != before {
            manager.say(&phase.words()).await;
        }
        let (ready, wanted) = (stats.ready(), stats.wanted);
        if !stats.ending && serving.replace((ready, wanted)) != Some((ready, wanted)) {
            let status = format!("STATUS={ready} of {wanted} workers serve");
            manager.say(&status).await;
        }
    }
    // With nothing left to do it may have ended before we could ask.
    if phase != Phase::Stopping {
        manager.say(&Phase::Stopping.words()).await;
    }
    Ok(())
}

/// What the manager takes the cluster for.
#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Starting,
    Ready,
    Reloading,
    Stopping,
}

impl Phase {
    fn after(self, event: &Event, stats: &Stats) -> Self {
        match (self, event) {
            _ if stats.ending => Self::Stopping,
            (Self::Starting, _) if stats.ready() >= stats.wanted => Self::Ready,
            (Self::Ready, Event::Reloading) => Self::Reloading,
            (Self::Reloading, Event::Reloaded | Event::ReloadFailed(_)) => Self::Ready,
            _ => self,
        }
    }

    fn words(self) -> String {
        match self {
            // No phase is followed by the start.
            Self::Starting | Self::Ready => "READY=1".to_owned(),
            // Since systemd 253 the time has to be in the same packet, or it waits for ever.
            Self::Reloading => {
                let usec = monotonic().as_micros();
                format!("RELOADING=1\nMONOTONIC_USEC={usec}")
            }
            Self::Stopping => "STOPPING=1".to_owned(),
        }
    }
}

impl Manager {
    fn from_env() -> io::Result<Option<Self>> {
        let path = env::var_os("NOTIFY_SOCKET");
        let address = path.map(|path| sys::unix_address(&path));
        Ok(address.transpose()?.map(Self))
    }

    async fn say(&self, words: &str) {
        // A manager that is away misses a word.
        let _ = timeout(PATIENCE, self.send(words)).await;
    }

    async fn send(&self, words: &str) -> io::Result<usize> {
        let socket = net::UnixDatagram::unbound()?;
        socket.set_nonblocking(true)?;
        // Only a socket that is connected hears when there is room again.
        socket.connect_addr(&self.0)?;
        UnixDatagram::from_std(socket)?.send(words.as_bytes()).await
    }
}

/// How often we speak up: four times in the time that the manager allows, if it allows one. One of them may fall into the moment in which
/// the only worker is replaced.
fn watchdog() -> Option<Duration> {
    let usec: u64 = env::var("WATCHDOG_USEC").ok()?.parse().ok()?;
    let ours = env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
    (ours && usec >= 4).then(|| Duration::from_micros(usec / 4))
}

fn monotonic() -> Duration {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC);
    now.map(Duration::from).unwrap_or_default()
}
