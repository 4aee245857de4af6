//! How a cluster is to be: `cluster.setupPrimary(settings)`, and all that Node leaves to the program.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::cluster::Cluster;
use crate::handle::{Handle, Turn};
use crate::ipc::protocol::Settings;
use crate::primary::listener::Listener;
use crate::primary::{Primary, program, upgrade};
use crate::{Error, Scheduling};

/// What can be said about a cluster before it starts.
#[derive(Clone, Debug)]
pub struct Builder {
    addresses: Vec<String>,
    listeners: Vec<Arc<OwnedFd>>,
    workers: Option<usize>,
    pub(crate) scheduling: Option<Scheduling>,
    pub(crate) program: Option<PathBuf>,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) cwd: Option<PathBuf>,
    pub(crate) probe: Option<String>,
    pub(crate) signals: bool,
    pub(crate) settings: Settings,
    respawn: bool,
}

/// Where a cluster listens that is told nothing else.
const ADDRESS: &str = "127.0.0.1:3000";

/// The variables that stand in for what the program does not say. Node: `NODE_CLUSTER_SCHED_POLICY`.
const WORKERS: &str = "CLUSTER_WORKERS";
const SCHED_POLICY: &str = "CLUSTER_SCHED_POLICY";

/// A longer time is a typing error; and clocks end somewhere.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

impl Default for Builder {
    fn default() -> Self {
        Self {
            addresses: Vec::new(),
            listeners: Vec::new(),
            workers: None,
            scheduling: None,
            program: None,
            args: std::env::args_os().skip(1).collect(),
            env: Vec::new(),
            cwd: None,
            // Without HTTP, workers answer no requests.
            probe: cfg!(feature = "http").then(|| "/".to_owned()),
            signals: true,
            settings: Settings::default(),
            respawn: true,
        }
    }
}

impl Builder {
    /// Where to listen: `host:port`, where 0 is any free port, or `unix:path`. `127.0.0.1:3000` unless said otherwise. Said again, it listens there too.
    ///
    /// The file of a Unix socket is removed at the end, unless it is another program's by then; one that a killed process has left is replaced.
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.addresses.push(address.into());
        self
    }

    /// A listener that is there already, from a service manager, in place of the first address; said again, in place of the next one, or beside them if
    /// there are no more. Node: `server.listen({ fd })`. Two clusters of one program that are to survive SIGUSR2 tell theirs apart by what
    /// [`Builder::listen`] says.
    pub fn listener(mut self, listener: impl Into<OwnedFd>) -> Self {
        self.listeners.push(Arc::new(listener.into()));
        self
    }

    /// How many workers, at least one. As many as there are processors that this process may use, or what `CLUSTER_WORKERS` says, unless said otherwise.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers.max(1));
        self
    }

    /// Who gets a connection. Node: `cluster.schedulingPolicy`.
    pub fn scheduling(mut self, scheduling: Scheduling) -> Self {
        self.scheduling = Some(scheduling);
        self
    }

    /// The program of the workers; this one unless said otherwise. Node: `exec`.
    pub fn exec(mut self, program: impl Into<PathBuf>) -> Self {
        self.program = Some(program.into());
        self
    }

    /// What the workers get as arguments; those of this process unless said otherwise.
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }

    /// A variable for the environment of the workers. Node: `cluster.fork(env)`.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The working directory of the workers.
    pub fn cwd(mut self, directory: impl Into<PathBuf>) -> Self {
        self.cwd = Some(directory.into());
        self
    }

    /// Whether a worker that died is replaced. Node does not, and leaves it to the program.
    pub fn respawn(mut self, respawn: bool) -> Self {
        self.respawn = respawn;
        self
    }

    /// The path of the request that a worker has to answer before it is trusted with others; any status below 500 will do. `/` unless
    /// said otherwise; `None` trusts at once, and is the default without the feature `http`.
    pub fn probe(mut self, path: Option<&str>) -> Self {
        self.probe = path.map(str::to_owned);
        self
    }

    /// Whether signals are obeyed: TERM and INT end the cluster gently, QUIT at once, HUP reloads it, USR2 starts a new
    /// version of the program beside this one, which ends when that serves, TTIN and TTOU start one more and let one go, USR1 asks for [`crate::Event::State`]. They are, unless said otherwise.
    pub fn signals(mut self, obeyed: bool) -> Self {
        self.signals = obeyed;
        self
    }

    /// The times and limits that the cluster and its workers keep.
    ///
    /// # Examples
    ///
    /// ```
    /// # use std::time::Duration;
    /// use clustering::{Cluster, Settings};
    ///
    /// let settings = Settings { idle_grace: Duration::from_secs(5), ..Settings::default() };
    /// let builder = Cluster::builder().settings(settings);
    /// ```
    pub fn settings(mut self, mut settings: Settings) -> Self {
        settings.max_connections = settings.max_connections.max(1);
        settings.reload_batch = settings.reload_batch.max(1);
        for time in [
            &mut settings.start_timeout,
            &mut settings.lame_duck,
            &mut settings.idle_grace,
            &mut settings.drain_timeout,
            &mut settings.head_timeout,
            &mut settings.body_pause,
            &mut settings.body_timeout,
        ] {
            *time = (*time).min(LONGEST);
        }
        self.settings = settings;
        self
    }

    /// Listens. Nothing is started before [`Cluster::run`].
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] if the address is taken or not ours, [`Error::Address`] if it cannot be understood, [`Error::Program`] if this program cannot be found,
    /// [`Error::Environment`] if `CLUSTER_WORKERS` or
    /// `CLUSTER_SCHED_POLICY` say what cannot be, [`Error::Io`] if a listener cannot be taken over.
    pub fn build(mut self) -> Result<Cluster, Error> {
        if self.addresses.is_empty() {
            self.addresses.push(ADDRESS.to_owned());
        }
        if self.scheduling.is_none() {
            self.scheduling = from_env(SCHED_POLICY, "a policy is rr or shared")?;
        }
        let mut workers = match self.workers {
            Some(workers) => workers,
            None => from_env(WORKERS, "a number of workers is 1 or more")?
                .map_or_else(num_cpus::get, NonZeroUsize::get),
        };
        let turn = Turn::default();
        if !upgrade::is_upgrade() {
            turn.began.cancel();
        }
        let mut given = self.listeners.drain(..);
        let mut listeners = Vec::new();
        // Those that are given beside the addresses have names as well, by which the next primary finds them.
        let beside = (1..).map(|number| format!("{} and {number}", self.addresses[0]));
        for (index, name) in self.addresses.iter().cloned().chain(beside).enumerate() {
            let listener = match (upgrade::inherit(&name), given.next()) {
                (Some((handed, socket)), _) => {
                    workers = handed.workers.unwrap_or(workers);
                    Listener::inherit(&handed, socket, &turn)?
                }
                (None, Some(listener)) => Listener::adopt(&listener, &turn)?,
                (None, None) if index < self.addresses.len() => Listener::bind(&name, &turn)?,
                (None, None) => break,
            };
            upgrade::register(&name, &listener.socket, listener.origin, listener.file);
            listeners.push(listener);
        }
        drop(given);
        // Looked up now, while the name leads to it.
        let program = program::program().map_err(Error::Program)?;
        let program = self.program.take().unwrap_or(program);
        self.program = Some(program);
        self.settings.respawn &= self.respawn;
        let (commands, receiver) = mpsc::unbounded_channel();
        let primary = Primary::new(self, workers, listeners, receiver, turn.clone());
        let handle = Handle {
            commands,
            #[cfg(feature = "ops")]
            turn,
        };
        Ok(Cluster { primary, handle })
    }
}

/// What a variable says, if it is set.
fn from_env<T: FromStr>(name: &'static str, rule: &'static str) -> Result<Option<T>, Error> {
    let Ok(text) = std::env::var(name) else {
        return Ok(None);
    };
    match text.parse() {
        Ok(value) => Ok(Some(value)),
        Err(_) => Err(Error::Environment { name, text, rule }),
    }
}
