//! Runs a program under Node with its trace events on: what `--trace-event-categories node.environment,node.async_hooks` writes.
//!
//! Node 22, 24 and 26 are those that this crate follows; any other is treated as absent.
//!
//! Those events know neither lines nor what was printed. A small script that Node loads first, `preload.cjs`, notes both.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::callback::BoxError;
use crate::error::Error;

/// What Node recorded of a program, to be [drawn](crate::Report::of_node), alone or beside a run of ours.
#[derive(Debug)]
pub struct NodeRun {
    pub(super) program: String,
    pub(super) source: String,
    pub(super) end: End,
    pub(super) events: Vec<Value>,
    pub(super) notes: Vec<Value>,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Code(i32),
    /// By a signal, or because its time was over.
    Ended,
    TimeOver(Duration),
}

const PRELOAD: &str = include_str!("preload.cjs");

/// How long a program that is to end has for it, before it is killed.
const GRACE: Duration = Duration::from_secs(2);

/// A program to be run under Node.
#[derive(Clone, Debug)]
pub struct NodeProgram {
    node: PathBuf,
    program: PathBuf,
    args: Vec<OsString>,
    time_limit: Option<Duration>,
}

impl NodeProgram {
    /// A program, an ES module or a `CommonJS` script, for the Node of this path.
    #[must_use]
    pub fn new(node: impl Into<PathBuf>, program: impl Into<PathBuf>) -> Self {
        Self {
            node: node.into(),
            program: program.into(),
            args: Vec::new(),
            time_limit: None,
        }
    }

    /// Sets its arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args = args.into_iter().map(Into::into).collect();
        self
    }

    /// Ends it after that time. What it has done until then is recorded.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Runs it to its end; what it prints goes into the record alone.
    ///
    /// # Errors
    ///
    /// [`Error::Node`] if Node cannot be started, is none of those that this crate follows, or leaves no trace events. A program that fails
    /// has been recorded all the same.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future kills Node and removes what was kept for it.
    pub async fn record(&self) -> Result<NodeRun, Error> {
        self.run().await.map_err(|cause| Error::Node {
            node: self.node.clone(),
            program: self.program.clone(),
            cause: cause.into(),
        })
    }

    async fn run(&self) -> Result<NodeRun, BoxError> {
        let source = String::from_utf8_lossy(&fs::read(&self.program)?).into_owned();
        let program = self.program.file_name().unwrap_or_default();
        check_version(&self.node).await?;
        let folder = tempfile::tempdir()?;
        let mut node = self.start(folder.path())?;
        let end = match self.time_limit {
            None => end_of(node.wait().await?),
            Some(limit) => match timeout(limit, node.wait()).await {
                Ok(status) => end_of(status?),
                Err(_) => {
                    stop(&mut node).await?;
                    End::TimeOver(limit)
                }
            },
        };
        // A line that Node was killed in the middle of is not one.
        let notes = fs::read_to_string(folder.path().join("notes"))?;
        let notes = notes
            .lines()
            .map_while(|line| serde_json::from_str(line).ok());
        let notes: Vec<Value> = notes.collect();
        let mut events = read_events(folder.path())?;
        // Node's children write traces, too.
        let process = notes.iter().find(|note| note[0] == "process");
        events.retain(|event| process.is_some_and(|note| note[1] == event["pid"]));
        if events.is_empty() {
            return Err(format!("no trace events: {end:?}").into());
        }
        let program = program.to_string_lossy().into_owned();
        Ok(NodeRun {
            program,
            source,
            end,
            events,
            notes,
        })
    }

    fn start(&self, folder: &Path) -> Result<Child, BoxError> {
        let program = fs::canonicalize(&self.program)?;
        let (preload, notes) = (folder.join("preload.cjs"), folder.join("notes"));
        fs::write(&preload, PRELOAD)?;
        fs::write(&notes, "")?;
        let mut command = Command::new(&self.node);
        command.arg("--require").arg(&preload);
        command.args([
            "--trace-event-categories",
            "node.environment,node.async_hooks",
        ]);
        command
            .arg("--trace-event-file-pattern")
            .arg(folder.join("trace-${pid}-${rotation}.json"));
        command.arg(&program).args(&self.args);
        command
            .env("EVENT_LOOP_PROGRAM", &program)
            .env("EVENT_LOOP_NOTES", &notes);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(command.kill_on_drop(true).spawn()?)
    }
}

fn end_of(status: ExitStatus) -> End {
    status.code().map_or(End::Ended, End::Code)
}

/// Ends a program whose time is over: by the signal for which `preload.cjs` listens, so that Node writes its last events; by force if it
/// does not end by that.
async fn stop(node: &mut Child) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(id) = node.id() {
        let told = Command::new("kill")
            .arg("-USR2")
            .arg(id.to_string())
            .status()
            .await;
        if told.is_ok() && timeout(GRACE, node.wait()).await.is_ok() {
            return Ok(());
        }
    }
    node.kill().await
}

async fn check_version(node: &Path) -> Result<(), BoxError> {
    let mut command = Command::new(node);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let said = command.kill_on_drop(true).output().await?;
    let said = String::from_utf8_lossy(&said.stdout);
    let said = said.trim();
    let major = said.strip_prefix('v').and_then(|said| said.split_once('.'));
    match major.and_then(|(major, _)| major.parse::<u32>().ok()) {
        Some(22 | 24 | 26) => Ok(()),
        Some(_) => Err(format!("it is Node {said}, not 22, 24 or 26").into()),
        None => Err("it is no Node: it does not tell a version of one".into()),
    }
}

fn read_events(folder: &Path) -> Result<Vec<Value>, BoxError> {
    let files = fs::read_dir(folder)?.map(|file| Ok(file?.path()));
    let mut files = files.collect::<io::Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    files.sort();
    let mut events = Vec::new();
    for path in files {
        let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
        // A Node that was killed has not closed the list, nor ended its last event.
        let is_whole = serde_json::from_str::<Value>(&text).ok();
        let cut = || serde_json::from_str(&format!("{}}}]}}", &text[..text.rfind("},{")?])).ok();
        if let Some(mut json) = is_whole.or_else(cut)
            && let Value::Array(found) = json["traceEvents"].take()
        {
            events.extend(found);
        }
    }
    Ok(events)
}
