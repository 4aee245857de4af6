//! Ctrl-C, `kill` and a terminal that is closed: what we have started is ended and what we keep is removed, then we end as well.
//!
//! Node's own answer is `process.on('SIGINT', ..)`. Here, as there, a signal that is listened to ends nobody by itself.

use std::fs;
use std::future::Future;
use std::io;
use std::path::PathBuf;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// A signal of this number ended us: status 128 and its number.
#[derive(Debug, thiserror::Error)]
#[error("ended by signal {0}")]
pub struct Interrupted(i32);

impl Interrupted {
    /// What a shell says of one who was ended by it.
    pub fn status(&self) -> u8 {
        u8::try_from(128 + self.0).unwrap_or(u8::MAX)
    }
}

/// The signals that end us.
pub struct Signals {
    runtime: Runtime,
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

impl Signals {
    /// From now on they are heard.
    pub fn listen() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let inside = runtime.enter();
        let interrupt = signal(SignalKind::interrupt())?;
        let terminate = signal(SignalKind::terminate())?;
        let hang_up = signal(SignalKind::hangup())?;
        drop(inside);
        Ok(Self {
            runtime,
            interrupt,
            terminate,
            hang_up,
        })
    }

    /// `StepKind` `work` to its end; at a signal it is dropped.
    pub fn until_signal<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Interrupted> {
        let signals = (&mut self.interrupt, &mut self.terminate, &mut self.hang_up);
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                interrupted = first(signals) => Err(interrupted),
                result = work => Ok(result),
            }
        })
    }

    /// From now on a signal removes `file`, if there is one, and ends the process.
    pub fn remove(mut self, file: Option<PathBuf>) -> io::Result<()> {
        let ends = move || {
            let signals = (&mut self.interrupt, &mut self.terminate, &mut self.hang_up);
            let interrupted = self.runtime.block_on(first(signals));
            if let Some(file) = file {
                let _ = fs::remove_file(file);
            }
            std::process::exit(interrupted.status().into())
        };
        std::thread::Builder::new().spawn(ends).map(drop)
    }
}

async fn first(
    (interrupt, terminate, hang_up): (&mut Signal, &mut Signal, &mut Signal),
) -> Interrupted {
    let kind = tokio::select! {
        _ = interrupt.recv() => SignalKind::interrupt(),
        _ = terminate.recv() => SignalKind::terminate(),
        _ = hang_up.recv() => SignalKind::hangup(),
    };
    Interrupted(kind.as_raw_value())
}
