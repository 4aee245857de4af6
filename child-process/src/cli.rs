//! The command line: what there is to say, and what is answered.

mod bench;
mod duration;
mod each;
mod exit_report;
mod message;
mod peer;
mod primes;
mod run;
mod signals;
mod size;

use std::future::Future;
use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{tour, worker};

/// Node's `child_process` in Rust: a tour in short lessons, and a runner for jobs that ends all that they start.
#[derive(Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  child-process                                     the tour
  child-process exec 'ls | wc -l'                   a line for the shell
  child-process run -t 5s -- make test              ended with everything it started, 124 if the time was over
  ls *.png | child-process each -j4 optipng {}      a job for each line, outputs never mixed
  child-process primes 10000000 -j 4                counts them in four processes

Exit status: that of the command; 124 timed out, 125 own failure or usage, 126 not executable, 127 not found,
128+n ended by signal n; `each`: 123 if any job failed; everything else: 1 failed, 2 wrong usage."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the tour, or some of its lessons
    Tour(TourArgs),
    /// Run a line with the shell
    Exec(run::ExecArgs),
    /// Run a program, in bounds of time and output
    Run(run::RunArgs),
    /// Run a program for each line of stdin
    Each(each::Args),
    /// Count prime numbers in as many processes as there are cores
    Primes(primes::Args),
    /// Be the child of a `fork`, Node's or ours, and send every message back
    Peer,
    #[command(hide = true)]
    Bench(bench::Args),
    #[command(hide = true)]
    Worker {
        /// What to do
        role: String,
        #[arg(hide = true)]
        rest: Vec<String>,
    },
}

#[derive(clap::Args, Default)]
struct TourArgs {
    /// List the lessons instead of running them
    #[arg(long)]
    list: bool,
    /// The lessons to run, in this order; all if none is named
    #[arg(value_name = "LESSON")]
    lessons: Vec<String>,
}

/// Runs what the arguments say.
pub fn main() -> ExitCode {
    // `fork('peer', [], { execPath })` of Node calls us with nothing else that we know.
    let command = match Cli::try_parse() {
        Ok(cli) => cli.command.unwrap_or(Command::Tour(TourArgs::default())),
        Err(error) => return message::usage(&error),
    };
    match command {
        Command::Tour(args) => block_on(show_tour(args)),
        Command::Exec(args) => block_on(run::exec(args)),
        Command::Run(args) => block_on(run::run(args)),
        Command::Each(args) => block_on(each::each(args)),
        Command::Primes(args) => block_on(primes::primes(args)),
        Command::Bench(args) => block_on(bench::bench(args)),
        Command::Peer => block_on(peer::peer()),
        Command::Worker { role, .. } if role == "primes" => block_on(primes::worker()),
        Command::Worker { role, .. } => block_on(async move { worker::worker(&role).await }),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<u8>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = runtime
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(work));
    match outcome {
        Ok(status) => ExitCode::from(status),
        Err(error) if message::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => message::report(&error),
    }
}

async fn show_tour(args: TourArgs) -> anyhow::Result<u8> {
    let mut out = std::io::stdout();
    if args.list {
        tour::list(&mut out)?;
    } else {
        tour::run(&args.lessons, &mut out).await?;
    }
    out.flush()?;
    Ok(0)
}
