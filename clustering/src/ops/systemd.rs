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
    let mut progress = Progress::default();
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
        progress.tell(&manager, &event, &stats).await;
    }
    // With nothing left to do it may have ended before we could ask.
    if !progress.stopping {
        manager.say("STOPPING=1").await;
    }
    Ok(())
}

/// What was said so far.
#[derive(Default)]
struct Progress {
    ready: bool,
    reloading: bool,
    stopping: bool,
    serving: Option<(usize, usize)>,
}

impl Progress {
    async fn tell(&mut self, manager: &Manager, event: &Event, stats: &Stats) {
        let is_first = |said: &mut bool| !std::mem::replace(said, true);
        if stats.ending {
            if is_first(&mut self.stopping) {
                manager.say("STOPPING=1").await;
            }
            return;
        }
        let serving = (stats.ready(), stats.wanted);
        if matches!(event, Event::Reloading) && self.ready {
            self.reloading = true;
            // Since systemd 253 the time has to be in the same packet, or it waits for ever.
            let usec = monotonic().as_micros();
            let reloading = format!("RELOADING=1\nMONOTONIC_USEC={usec}");
            manager.say(&reloading).await;
        }
        let over = matches!(event, Event::Reloaded | Event::ReloadFailed(_));
        let is_over = over && std::mem::take(&mut self.reloading);
        if is_over || (serving.0 >= serving.1 && is_first(&mut self.ready)) {
            manager.say("READY=1").await;
        }
        if self.serving.replace(serving) != Some(serving) {
            let status = format!("STATUS={} of {} workers serve", serving.0, serving.1);
            manager.say(&status).await;
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
