//! `event-loop trace`: a program of Node's, a lesson or a replay, recorded; as a page to step through, as a drawing, or as JSON.

use std::cell::Cell;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::ValueEnum;
use event_loop::{NodeProgram, Report, Trace};
use tokio::time::sleep;

use super::atomic_file::AtomicFile;
use super::message::WrongUsage;
use super::replay;
use super::signals::{
    CTRL_C, CTRL_C_IS_TAKEN, INTERRUPTED, Interrupted, READER_LEFT, until_signal,
};
use crate::tour;

/// What can be said about a recording.
#[derive(clap::Args)]
pub struct Args {
    /// A program for Node (.mjs, .cjs, .js, or `#!` and node), the name of a lesson, or a file of the replay language (`-` is stdin)
    #[arg(value_name = "PROGRAM|LESSON|FILE")]
    what: String,
    /// Where the recording goes: a page (.html), a drawing (.svg), or events for Perfetto (.json)
    #[arg(short, long, value_name = "FILE", value_parser = parse_output)]
    output: (PathBuf, Format),
    /// Draw this run beside it: a program, a lesson or a file again
    #[arg(long, value_name = "PROGRAM|LESSON|FILE")]
    beside: Option<String>,
    /// End a program of Node's after that time (0: never), or at Ctrl-C, and draw what it has done until then
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = parse_time)]
    time_limit: Duration,
    /// Play a file on the machine's clock
    #[arg(long)]
    real_clock: bool,
    /// Arguments of the program; Node is `$NODE`, or `node` on the PATH
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<OsString>,
}

/// What it is, by the end of its name.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Html,
    Svg,
    Json,
}

fn parse_output(text: &str) -> Result<(PathBuf, Format), String> {
    let path = PathBuf::from(text);
    let end = path.extension().unwrap_or_default().to_string_lossy();
    let format = Format::from_str(&end, false);
    let format = format.map_err(|_| "a recording ends in .html, .svg or .json")?;
    Ok((path, format))
}

/// A time as `10s`, `500ms`, `2m`; `0` is no limit.
fn parse_time(text: &str) -> Result<Duration, humantime::DurationError> {
    let time = humantime::parse_duration(text)?;
    Ok(if time.is_zero() { Duration::MAX } else { time })
}

/// Runs it, and writes the recording, also of a run that fails.
pub fn trace(args: &Args) -> anyhow::Result<ExitCode> {
    let (path, format) = (&args.output.0, args.output.1);
    if format == Format::Json && args.beside.is_some() {
        bail!(WrongUsage(
            "JSON is for one run; a page or a drawing: -o FILE.html, -o FILE.svg"
        ));
    }
    let named = [Some(args.what.as_str()), args.beside.as_deref()];
    let subjects = named.into_iter().flatten().map(Subject::find);
    let subjects = subjects.collect::<anyhow::Result<Vec<_>>>()?;
    until_signal(async {
        // First, for then nothing has been printed if there is no place for it.
        let file = AtomicFile::open(path).with_context(|| path.display().to_string())?;
        let (runs, status) = record(&subjects, args).await?;
        let mut out = BufWriter::new(file.writer()?);
        // On a thread of its own: a pipe may have a reader that takes its time.
        let write = move || draw(format, &subjects, runs, &mut out).and_then(|()| out.flush());
        let written = tokio::task::spawn_blocking(write).await?;
        let written = written.and_then(|()| file.finish());
        written.with_context(|| path.display().to_string())?;
        // To stderr: stdout is what the program prints.
        let _ = writeln!(io::stderr(), "event-loop: wrote {}", path.display());
        status
    })
}

/// What a run of ours has come to.
type Status = anyhow::Result<ExitCode>;

/// Records all; the second answer is the first failure of a run of ours.
async fn record(subjects: &[Subject], args: &Args) -> anyhow::Result<(Vec<Trace>, Status)> {
    let mut runs: Vec<_> = subjects.iter().map(|_| None).collect();
    let mut status = Ok(ExitCode::SUCCESS);
    // Node's come first, for then nothing has been printed if there is no Node.
    for is_node in [true, false] {
        let all = subjects.iter().zip(&mut runs);
        for (subject, run) in all.filter(|(subject, _)| subject.is_node() == is_node) {
            let (ran, recorded) = subject.record(args).await?;
            status = status.and(ran);
            *run = Some(recorded);
        }
    }
    Ok((runs.into_iter().flatten().collect(), status))
}

fn draw(
    format: Format,
    subjects: &[Subject],
    runs: Vec<Trace>,
    out: &mut impl Write,
) -> io::Result<()> {
    if format == Format::Json {
        return runs.iter().try_for_each(|run| run.write_chrome(out));
    }
    let reports = subjects.iter().zip(runs);
    let reports = reports.map(|(subject, run)| subject.report(run));
    let report = reports.reduce(Report::beside).expect("one run at least");
    match format {
        Format::Svg => report.write_svg(out),
        _ => report.write_html(out),
    }
}

/// What is recorded, and the source that is shown with it.
struct Subject {
    what: Program,
    title: String,
    file: String,
    text: String,
}

enum Program {
    Node(PathBuf),
    Lesson(&'static tour::Lesson),
    /// A file of small programs, by the name that messages give it.
    Replay(String, replay::Script),
}

impl Subject {
    fn find(what: &str) -> anyhow::Result<Self> {
        if let Some(lesson) = tour::find(what) {
            return Ok(Self {
                what: Program::Lesson(lesson),
                title: format!("{}: {}", lesson.name, lesson.title),
                file: format!("examples/{}.rs", lesson.name),
                text: lesson.rust.to_owned(),
            });
        }
        let path = Path::new(what);
        if what != "-" && path.extension().is_none() && !path.exists() {
            bail!("{what}: neither a lesson (event-loop tour --list) nor a file");
        }
        let (name, text) = (replay::name_of(path), replay::read(path)?);
        let file = Path::new(&name).file_name().unwrap_or_default();
        let file = file.to_string_lossy().into_owned();
        let end = path.extension().and_then(|end| end.to_str());
        let is_module = matches!(end, Some("mjs" | "cjs" | "js" | "mts" | "cts" | "ts"));
        // A script says so itself: `#!/usr/bin/env node`.
        let first = text.lines().next().unwrap_or_default();
        let what = if is_module || first.starts_with("#!") && first.contains("node") {
            Program::Node(path.to_owned())
        } else {
            let script = replay::parse(&name, &text)?;
            Program::Replay(name, script)
        };
        Ok(Self {
            what,
            title: file.clone(),
            file,
            text,
        })
    }

    fn report(&self, run: Trace) -> Report {
        Report::new(&self.title, run).source(&self.file, &self.text)
    }

    fn is_node(&self) -> bool {
        matches!(self.what, Program::Node(_))
    }

    /// Runs it; what is ours, on a thread of its own: a signal is answered meanwhile.
    async fn record(&self, args: &Args) -> anyhow::Result<(Status, Trace)> {
        let real_clock = args.real_clock;
        let run: Box<dyn FnOnce() -> Status + Send> = match &self.what {
            Program::Node(program) => return self.record_node(program, args).await,
            Program::Lesson(lesson) => {
                // It sends itself one.
                CTRL_C_IS_TAKEN.store(lesson.name == "ctrl-c", Ordering::Relaxed);
                Box::new(|| Ok(run_lesson(lesson)))
            }
            Program::Replay(name, script) => {
                let (name, script) = (name.clone(), script.clone());
                Box::new(move || replay::play(name, script, real_clock))
            }
        };
        Ok(tokio::task::spawn_blocking(|| event_loop::trace(run)).await?)
    }

    /// Runs it to its end, for that time, or until Ctrl-C, which is drawn as well.
    async fn record_node(&self, program: &Path, args: &Args) -> anyhow::Result<(Status, Trace)> {
        let node = std::env::var_os("NODE").filter(|node| !node.is_empty());
        let program = NodeProgram::new(node.unwrap_or_else(|| "node".into()), program);
        let (program, limit) = (program.args(&args.args), args.time_limit);
        let status = Cell::new(Ok(ExitCode::SUCCESS));
        let time_limit = async {
            let silent = limit.min(Duration::from_secs(1));
            sleep(silent).await;
            if silent < limit {
                self.tell("is recorded until it ends, until --for or Ctrl-C");
            }
            sleep(limit - silent).await;
        };
        let stop = async {
            tokio::select! {
                () = time_limit => format!("ended after {limit:?}"),
                () = INTERRUPTED.notified() => {
                    status.set(Err(Interrupted(CTRL_C).into()));
                    "interrupted".to_owned()
                }
            }
        };
        CTRL_C_IS_TAKEN.store(true, Ordering::Relaxed);
        let recorded = program.record(stop).await;
        CTRL_C_IS_TAKEN.store(false, Ordering::Relaxed);
        let recorded = recorded?;
        if let Some((_, end)) = recorded.name().split_once(", ") {
            self.tell(end);
        }
        Ok((status.into_inner(), recorded))
    }

    /// To stderr: stdout is what the program prints.
    fn tell(&self, text: &str) {
        let _ = writeln!(io::stderr(), "event-loop: {}: {text}", self.title);
    }
}

/// Runs a lesson in this process. Its `println!` panics when nothing reads any more: that ends us as well, without a word.
fn run_lesson(lesson: &tour::Lesson) -> ExitCode {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload().downcast_ref::<String>();
        if text.is_some_and(|text| text.starts_with("failed printing to stdout")) {
            READER_LEFT.notify_one();
            // Nothing more is printed until the process ends.
            loop {
                std::thread::park();
            }
        }
        usual(panic);
    }));
    (lesson.main)()
}
