//! Running a program under Node with its trace events on: what `--trace-event-categories node.environment,node.async_hooks` writes.
//!
//! Node 22, 24 and 26 are those that this crate follows; any other is as good as none.
//!
//! Those events know neither lines nor what was printed. A small script that Node loads first, `preload.cjs`, notes both.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::node_process;
use crate::callback::BoxError;
use crate::error::Error;

/// What Node recorded of a program, to be drawn [beside ours](crate::Report::beside).
#[derive(Debug)]
pub struct NodeRun {
    pub(super) program: String,
    pub(super) source: String,
    pub(super) code: Option<i32>,
    pub(super) events: Vec<Value>,
    pub(super) notes: Vec<Value>,
}

const PRELOAD: &str = include_str!("preload.cjs");

impl NodeRun {
    /// Runs `program` with the Node of this path, to its end; what it prints goes into the record alone.
    ///
    /// # Errors
    ///
    /// [`Error::Node`] if Node cannot be started, is none of those that this crate follows, or leaves no trace events. A program that fails
    /// has been recorded all the same, but not one that a signal ends: Node writes its last events when it ends by itself.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future kills Node, waits for its end and removes what was kept for it.
    pub async fn record(node: &Path, program: &Path) -> Result<Self, Error> {
        record(node, program).await.map_err(|cause| Error::Node {
            node: node.to_owned(),
            program: program.to_owned(),
            cause: cause.into(),
        })
    }
}

async fn record(node: &Path, program: &Path) -> Result<NodeRun, BoxError> {
    let source = String::from_utf8_lossy(&fs::read(program)?).into_owned();
    let name = program.file_name().unwrap_or_default();
    let program = fs::canonicalize(program)?;
    let folder = tempfile::tempdir()?;
    check_version(node, &folder).await?;
    let (preload, notes) = (
        folder.path().join("preload.cjs"),
        folder.path().join("notes"),
    );
    fs::write(&preload, PRELOAD)?;
    fs::write(&notes, "")?;
    let pattern = folder.path().join("trace-${pid}-${rotation}.json");
    let mut command = Command::new(node);
    command
        .arg("--require")
        .arg(&preload)
        .args([
            "--trace-event-categories",
            "node.environment,node.async_hooks",
        ])
        .arg("--trace-event-file-pattern")
        .arg(&pattern)
        .arg(&program)
        .env("EVENT_LOOP_PROGRAM", &program)
        .env("EVENT_LOOP_NOTES", &notes)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let status = node_process::status(&mut command).await?;
    if status.code().is_none() {
        return Err(format!("it was ended before it had written its events: {status}").into());
    }
    // A line that Node was killed in the middle of is not one.
    let notes = fs::read_to_string(&notes)?;
    let notes = notes
        .lines()
        .map_while(|line| serde_json::from_str(line).ok());
    let notes: Vec<Value> = notes.collect();
    let process = notes.iter().find(|note| note[0] == "process");
    let files = fs::read_dir(folder.path())?.map(|file| Ok(file?.path()));
    let mut files = files.collect::<io::Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    files.sort();
    let mut events = Vec::new();
    for path in files {
        events.extend(trace_events(&fs::read(path)?)?);
    }
    // Node's children write traces, too.
    events.retain(|event| process.is_some_and(|note| note[1] == event["pid"]));
    if events.is_empty() {
        return Err(format!("no trace events: {status}").into());
    }
    Ok(NodeRun {
        program: name.to_string_lossy().into_owned(),
        source,
        code: status.code(),
        events,
        notes,
    })
}

async fn check_version(node: &Path, folder: &TempDir) -> Result<(), BoxError> {
    let said: PathBuf = folder.path().join("version");
    let mut command = Command::new(node);
    command
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(fs::File::create(&said)?)
        .stderr(Stdio::null());
    node_process::status(&mut command).await?;
    let said = String::from_utf8_lossy(&fs::read(&said)?).into_owned();
    let said = said.trim();
    let major = said.strip_prefix('v').and_then(|said| said.split_once('.'));
    match major.and_then(|(major, _)| major.parse::<u32>().ok()) {
        Some(22 | 24 | 26) => Ok(()),
        Some(_) => Err(format!("it is Node {said}, not 22, 24 or 26").into()),
        None => Err("it is no Node: it does not tell a version of one".into()),
    }
}

fn trace_events(json: &[u8]) -> io::Result<Vec<Value>> {
    let mut json: Value = serde_json::from_slice(json)?;
    match json["traceEvents"].take() {
        Value::Array(events) => Ok(events),
        _ => Ok(Vec::new()),
    }
}
