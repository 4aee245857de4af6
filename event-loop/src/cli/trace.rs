//! `event-loop trace`: a lesson or a replay, recorded; as JSON, as a page to step through, or as a drawing.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use event_loop::{NodeRun, Report, Trace};

use super::interrupt::Signals;
use super::message::WrongUsage;
use super::replay;
use super::whole_file::WholeFile;
use crate::tour;

/// What can be said about a recording.
#[derive(clap::Args)]
pub struct Args {
    /// The name of a lesson, or a file of the replay language; `-` is stdin
    #[arg(value_name = "LESSON|FILE")]
    what: String,
    /// Where the recording goes: a page (.html), a drawing (.svg), or events for Perfetto (.json)
    #[arg(short, long, value_name = "FILE", value_parser = Output::parse)]
    output: Output,
    /// Show beside it what Node records of this program; `$NODE`, or `node` on the PATH
    #[arg(long, value_name = "FILE.mjs")]
    node: Option<PathBuf>,
    /// Play a file on the machine's clock
    #[arg(long)]
    real_clock: bool,
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
        let end = path.extension().and_then(|end| end.to_str());
        let format = match end {
            Some("html") => Format::Page,
            Some("svg") => Format::Drawing,
            Some("json") => Format::Json,
            _ => return Err("a recording ends in .html, .svg or .json".to_owned()),
        };
        Ok(Self { path, format })
    }
}

/// Runs it, printing what it prints, and writes the recording, also of a run that fails.
pub fn trace(args: &Args) -> anyhow::Result<()> {
    if args.node.is_some() && args.output.format == Format::Json {
        return Err(
            WrongUsage("--node is for a page or a drawing: -o FILE.html, -o FILE.svg").into(),
        );
    }
    let subject = Subject::find(&args.what)?;
    let path = || args.output.path.display().to_string();
    let mut signals = Signals::listen()?;
    // First, for then nothing has been printed if there is no place for it, or no Node.
    let file = WholeFile::open(&args.output.path).with_context(path)?;
    let node = match &args.node {
        Some(program) => Some(signals.until_signal(record_node(program))??),
        None => None,
    };
    signals.remove(file.temporary().map(Path::to_owned))?;
    let (ran, recorded) = event_loop::trace(|| subject.run(args.real_clock));
    let format = args.output.format;
    let written = write(&subject, &recorded, node.as_ref(), format, file).with_context(path);
    ran.and(written)
}

/// What is recorded.
enum Subject {
    Lesson(&'static tour::Lesson),
    Programs { name: String, text: String },
}

impl Subject {
    fn find(what: &str) -> anyhow::Result<Self> {
        if let Some(lesson) = tour::lesson(what) {
            return Ok(Self::Lesson(lesson));
        }
        let file = Path::new(what);
        let (name, text) = (replay::name_of(file), replay::read(file)?);
        replay::check(&name, &text)?;
        Ok(Self::Programs { name, text })
    }

    fn run(&self, real_clock: bool) -> anyhow::Result<()> {
        match self {
            Self::Lesson(lesson) => tour::run(&[lesson.name.to_owned()]),
            Self::Programs { name, text } => replay::play(name, text, real_clock),
        }
    }

    fn picture(&self, recorded: &Trace) -> Report {
        match self {
            Self::Lesson(lesson) => {
                let title = format!("{}: {}", lesson.name, lesson.title);
                Report::new(&title, recorded).source(lesson.file, lesson.source)
            }
            Self::Programs { name, text } => Report::new(name, recorded).source(name, text),
        }
    }
}

async fn record_node(program: &Path) -> Result<NodeRun, event_loop::Error> {
    let node = std::env::var_os("NODE").filter(|node| !node.is_empty());
    let node = PathBuf::from(node.unwrap_or_else(|| "node".into()));
    NodeRun::record(&node, program).await
}

fn write(
    subject: &Subject,
    recorded: &Trace,
    node: Option<&NodeRun>,
    format: Format,
    file: WholeFile,
) -> io::Result<()> {
    let picture = || {
        let picture = subject.picture(recorded);
        match node {
            Some(node) => picture.beside(node),
            None => picture,
        }
    };
    file.write(|out| match format {
        Format::Json => recorded.write_chrome(out),
        Format::Page => picture().write_html(out),
        Format::Drawing => picture().write_svg(out),
    })
}
