//! `event-loop trace`: a program of Node's, a lesson or a replay, recorded; as a page to step through, as a drawing, or as JSON.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use event_loop::{NodeProgram, Report, Trace};

use super::atomic_file::AtomicFile;
use super::message::WrongUsage;
use super::replay;
use super::signals::Signals;
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

#[derive(Clone, Copy, PartialEq)]
enum Format {
    Page,
    Drawing,
    Json,
}

impl Output {
    fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        let format = match path.extension().and_then(|end| end.to_str()) {
            Some("html") => Format::Page,
            Some("svg") => Format::Drawing,
            Some("json") => Format::Json,
            _ => return Err("a recording ends in .html, .svg or .json".to_owned()),
        };
        Ok(Self { path, format })
    }
}

/// A time as `10s`, `500ms`, `2m`; `0` is no limit.
fn parse_time(text: &str) -> Result<Duration, String> {
    let end = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err("a time is 500ms, 10s, 2m, 1h or 1d".to_owned()),
    };
    let seconds: f64 = number
        .parse()
        .map_err(|_| "a time is 500ms, 10s, 2m, 1h or 1d")?;
    match Duration::try_from_secs_f64(seconds * unit) {
        Ok(Duration::ZERO) => Ok(Duration::MAX),
        other => other.map_err(|error| error.to_string()),
    }
}

/// Runs it, and writes the recording, also of a run that fails.
pub fn trace(args: &Args) -> anyhow::Result<ExitCode> {
    let subject = Subject::find(&args.what)?;
    let other = args.beside.as_deref().map(Subject::find).transpose()?;
    let is_json = args.output.format == Format::Json;
    if is_json && (other.is_some() || matches!(subject, Subject::Node(_))) {
        return Err(WrongUsage(
            "JSON is for one run of ours; a page or a drawing: -o FILE.html, -o FILE.svg",
        )
        .into());
    }
    let path = || args.output.path.display().to_string();
    let mut signals = Signals::listen()?;
    // First, for then nothing has been printed if there is no place for it, or no Node.
    let file = AtomicFile::open(&args.output.path).with_context(path)?;
    let mut node_runs = Vec::new();
    for subject in [Some(&subject), other.as_ref()].into_iter().flatten() {
        if let Subject::Node(program) = subject {
            let program = node(program).args(&args.args).time_limit(args.time_limit);
            let run = signals.until_signal(program.record())??;
            node_runs.push(Report::of_node(&run));
        }
    }
    signals.remove(file.temporary().map(Path::to_owned))?;
    let mut ran = Ok(ExitCode::SUCCESS);
    let mut node_runs = node_runs.into_iter();
    let mut draw = |subject: &Subject| match subject {
        Subject::Node(_) => (node_runs.next(), Trace::default()),
        ours => {
            let (result, recorded) = event_loop::trace(|| ours.run(args.real_clock));
            if ran.is_ok() {
                ran = result;
            }
            (Some(ours.report(&recorded)), recorded)
        }
    };
    let (report, recorded) = draw(&subject);
    let other = other.as_ref().and_then(|other| draw(other).0);
    let report = report.map(|report| match other {
        Some(other) => report.beside(other),
        None => report,
    });
    let report = report.expect("each run has a report");
    file.write(|out| match args.output.format {
        Format::Json => recorded.write_chrome(out),
        Format::Page => report.write_html(out),
        Format::Drawing => report.write_svg(out),
    })
    .with_context(path)?;
    // To stderr: stdout is what the program prints.
    let _ = writeln!(io::stderr(), "event-loop: wrote {}", path());
    ran
}

fn node(program: &Path) -> NodeProgram {
    let node = std::env::var_os("NODE").filter(|node| !node.is_empty());
    NodeProgram::new(node.unwrap_or_else(|| "node".into()), program)
}

/// What is recorded.
enum Subject {
    Node(PathBuf),
    Lesson(&'static tour::Lesson),
    Programs { name: String, text: String },
}

impl Subject {
    fn find(what: &str) -> anyhow::Result<Self> {
        if let Some(lesson) = tour::find(what) {
            return Ok(Self::Lesson(lesson));
        }
        let file = Path::new(what);
        let end = file.extension().and_then(|end| end.to_str());
        if matches!(end, Some("mjs" | "cjs" | "js" | "mts" | "cts" | "ts")) {
            return Ok(Self::Node(file.to_owned()));
        }
        let (name, text) = (replay::name_of(file), replay::read(file)?);
        replay::check(&name, &text)?;
        Ok(Self::Programs { name, text })
    }

    fn run(&self, real_clock: bool) -> anyhow::Result<ExitCode> {
        match self {
            Self::Node(_) => {}
            Self::Lesson(lesson) => return Ok(run_lesson(lesson)),
            Self::Programs { name, text } => replay::play(name, text, real_clock)?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn report(&self, recorded: &Trace) -> Report {
        match self {
            Self::Node(_) => Report::new("", recorded),
            Self::Lesson(lesson) => {
                let title = format!("{}: {}", lesson.name, lesson.title);
                let file = format!("examples/{}.rs", lesson.name);
                Report::new(&title, recorded).source(&file, lesson.rust)
            }
            Self::Programs { name, text } => {
                let title = Path::new(name).file_name().unwrap_or_default();
                Report::new(&title.to_string_lossy(), recorded).source(name, text)
            }
        }
    }
}

/// Runs a lesson in this process. Its `println!` panics when nothing reads any more: that ends us as well, without a word.
fn run_lesson(lesson: &tour::Lesson) -> ExitCode {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload().downcast_ref::<String>();
        if text.is_some_and(|text| text.starts_with("failed printing to stdout")) {
            std::process::exit(0);
        }
        usual(panic);
    }));
    (lesson.main)()
}
