//! `event-loop trace`: a program of Node's, a lesson or a replay, recorded; as a page to step through, as a drawing, or as JSON.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;
use event_loop::{NodeProgram, Report, Trace};

use super::atomic_file::AtomicFile;
use super::message::WrongUsage;
use super::replay;
use super::signals::{READER_LEFT, until_signal};
use crate::tour;

/// What can be said about a recording.
#[derive(clap::Args)]
pub struct Args {
    /// A program for Node (.mjs, .cjs, .js), the name of a lesson, or a file of the replay language (`-` is stdin)
    #[arg(value_name = "PROGRAM|LESSON|FILE")]
    what: String,
    /// Where the recording goes: a page (.html), a drawing (.svg), or events for Perfetto (.json)
    #[arg(short, long, value_name = "FILE", value_parser = Output::parse)]
    output: Output,
    /// Draw this run beside it: a program, a lesson or a file again
    #[arg(long, value_name = "PROGRAM|LESSON|FILE")]
    beside: Option<String>,
    /// End a program of Node's after that time, and draw what it has done until then
    #[arg(long = "for", value_name = "TIME", default_value = "10s", value_parser = parse_time)]
    time_limit: Duration,
    /// Play a file on the machine's clock
    #[arg(long)]
    real_clock: bool,
    /// Arguments of the program; Node is `$NODE`, or `node` on the PATH
    #[arg(last = true, value_name = "ARGS")]
    args: Vec<OsString>,
}

#[derive(Clone)]
struct Output {
    path: PathBuf,
    format: Format,
}

/// What it is, by the end of its name.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    Html,
    Svg,
    Json,
}

impl Output {
    fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let end = path.extension().unwrap_or_default().to_string_lossy();
        let format = Format::from_str(&end, false);
        let format = format.map_err(|_| "a recording ends in .html, .svg or .json")?;
        Ok(Self { path, format })
    }
}

/// A time as `10s`, `500ms`, `2m`; `0` is no limit.
fn parse_time(text: &str) -> Result<Duration, humantime::DurationError> {
    let time = humantime::parse_duration(text)?;
    Ok(if time.is_zero() { Duration::MAX } else { time })
}

/// Runs it, and writes the recording, also of a run that fails.
pub fn trace(args: &Args) -> anyhow::Result<ExitCode> {
    if args.output.format == Format::Json && args.beside.is_some() {
        return Err(WrongUsage(
            "JSON is for one run; a page or a drawing: -o FILE.html, -o FILE.svg",
        )
        .into());
    }
    let named = [Some(args.what.as_str()), args.beside.as_deref()];
    let subjects = named.into_iter().flatten().map(Subject::find);
    let subjects = subjects.collect::<anyhow::Result<Vec<_>>>()?;
    let mut temporary = None;
    let traced = until_signal(async {
        let path = args.output.path.display().to_string();
        // First, for then nothing has been printed if there is no place for it.
        let file = AtomicFile::open(&args.output.path).with_context(|| path.clone())?;
        temporary = file.temporary().map(Path::to_owned);
        let (runs, status) = record(&subjects, args).await?;
        let format = args.output.format;
        // On a thread of its own: a pipe may have a reader that takes its time.
        let write = move || file.write(|out| draw(format, &subjects, runs, out));
        let written = tokio::task::spawn_blocking(write).await?;
        written.with_context(|| path.clone())?;
        // To stderr: stdout is what the program prints.
        let _ = writeln!(io::stderr(), "event-loop: wrote {path}");
        status
    });
    if let (Err(_), Some(temporary)) = (&traced, temporary) {
        // What another thread has begun to write is not dropped.
        let _ = fs::remove_file(temporary);
    }
    traced
}

/// Records all; the second answer is the first failure of a run of ours.
async fn record(
    subjects: &[Subject],
    args: &Args,
) -> anyhow::Result<(Vec<Trace>, anyhow::Result<ExitCode>)> {
    let mut runs = BTreeMap::new();
    let mut status = Ok(ExitCode::SUCCESS);
    // Node's come first, for then nothing has been printed if there is no Node.
    for (place, subject) in subjects.iter().enumerate() {
        if let Subject::Node(program) = subject {
            runs.insert(place, record_node(program, args).await?);
        }
    }
    for (place, subject) in subjects.iter().enumerate() {
        if let Entry::Vacant(run) = runs.entry(place) {
            let (ran, recorded) = subject.record(args.real_clock).await?;
            status = status.and(ran);
            run.insert(recorded);
        }
    }
    Ok((runs.into_values().collect(), status))
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

/// What is recorded.
#[derive(Clone)]
enum Subject {
    Node(Source),
    Lesson(&'static tour::Lesson),
    Programs(Source),
}

#[derive(Clone)]
struct Source {
    name: String,
    text: String,
}

impl Subject {
    fn find(what: &str) -> anyhow::Result<Self> {
        if let Some(lesson) = tour::find(what) {
            return Ok(Self::Lesson(lesson));
        }
        let file = Path::new(what);
        let (name, text) = (replay::name_of(file), replay::read(file)?);
        let source = Source { name, text };
        let end = file.extension().and_then(|end| end.to_str());
        if matches!(end, Some("mjs" | "cjs" | "js" | "mts" | "cts" | "ts")) {
            return Ok(Self::Node(source));
        }
        replay::check(&source.name, &source.text)?;
        Ok(Self::Programs(source))
    }

    /// Runs what is ours, on a thread of its own: a signal is answered meanwhile.
    async fn record(&self, real_clock: bool) -> anyhow::Result<(anyhow::Result<ExitCode>, Trace)> {
        let subject = self.clone();
        let run = move || match subject {
            Self::Node(_) => Ok(ExitCode::SUCCESS),
            Self::Lesson(lesson) => Ok(run_lesson(lesson)),
            Self::Programs(Source { name, text }) => {
                replay::play(&name, &text, real_clock).map(|()| ExitCode::SUCCESS)
            }
        };
        Ok(tokio::task::spawn_blocking(|| event_loop::trace(run)).await?)
    }

    fn report(&self, recorded: Trace) -> Report {
        match self {
            Self::Lesson(lesson) => {
                let title = format!("{}: {}", lesson.name, lesson.title);
                let file = format!("examples/{}.rs", lesson.name);
                Report::new(&title, recorded).source(&file, lesson.rust)
            }
            Self::Node(Source { name, text }) | Self::Programs(Source { name, text }) => {
                let file = Path::new(name).file_name().unwrap_or_default();
                let file = file.to_string_lossy();
                Report::new(&file, recorded).source(&file, text)
            }
        }
    }
}

async fn record_node(program: &Source, args: &Args) -> anyhow::Result<Trace> {
    let node = std::env::var_os("NODE").filter(|node| !node.is_empty());
    let program = NodeProgram::new(node.unwrap_or_else(|| "node".into()), &program.name);
    let program = program.args(&args.args).time_limit(args.time_limit);
    Ok(program.record().await?)
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
