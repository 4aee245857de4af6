//! Drivers for the benches in `benches/`: hidden, since nobody else needs them.

mod ask;
mod bare;

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// What is measured.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// A server without HTTP: reads a head, writes a fixed text
    Bare,
    /// How long a cluster takes until so many workers have started
    Start {
        #[arg(long, default_value_t = 20)]
        runs: usize,
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// What memory a worker has for itself after some requests
    Private {
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Ask an admin address ten times a second, and say how long it takes to answer
    Ask {
        /// Where it is
        port: u16,
        /// For how long
        #[arg(long, default_value = "4s", value_parser = super::duration::parse)]
        time: Duration,
    },
    /// A port that is free at the moment
    Port,
    /// Wait until somebody listens
    Reached {
        /// Where
        port: u16,
    },
}

const WORKERS: usize = 2;
const PATIENCE: Duration = Duration::from_secs(20);

/// Measures, and prints a line for each figure.
pub fn bench(args: Args) -> anyhow::Result<u8> {
    match args.what {
        What::Bare => bare::serve()?,
        What::Start { runs, command } => start(runs, &command)?,
        What::Private { command } => private(&command)?,
        What::Port => println!("{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?.port()),
        What::Ask { port, time } => ask::ask(port, time)?,
        What::Reached { port } => reached(port)?,
    }
    Ok(0)
}

/// A cluster, ended with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(pid) = i32::try_from(self.0.id()) {
            // Its workers go with it.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        let _ = self.0.wait();
    }
}

/// Starts a cluster, and returns when both of its workers have said that they have started; with the time that took, and all lines so far and to come.
fn run(command: &[String]) -> anyhow::Result<(Running, Duration, impl Iterator<Item = String>)> {
    let (program, args) = command.split_first().context("no command")?;
    let began = Instant::now();
    let child = Command::new(program)
        .args(args)
        .stdout(Stdio::piped())
        .spawn();
    let mut running = Running(child.with_context(|| program.clone())?);
    let lines = BufReader::new(running.0.stdout.take().context("it has a stdout")?).lines();
    let mut lines = lines.map_while(Result::ok);
    let mut before = Vec::new();
    let is_start = |line: &&String| line.ends_with("started");
    while before.iter().filter(is_start).count() < WORKERS {
        before.push(lines.next().context("fewer workers started")?);
    }
    Ok((running, began.elapsed(), before.into_iter().chain(lines)))
}

fn start(runs: usize, command: &[String]) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for _ in 0..runs.max(1) {
        times.push(run(command)?.1);
    }
    times.sort();
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    println!("two workers ready {median:.2}");
    Ok(())
}

fn private(command: &[String]) -> anyhow::Result<()> {
    use std::io::{Read, Write};
    let (running, _, mut lines) = run(command)?;
    let address = lines.find_map(|line| Some(line.split_once("http://")?.1.to_owned()));
    let address: SocketAddr = address.context("it says where it listens")?.parse()?;
    // All connections at once, so that each worker has its share.
    let mut clients = Vec::new();
    for _ in 0..64 {
        clients.push(TcpStream::connect(address)?);
    }
    for round in 0..100 {
        for client in &mut clients {
            let last = if round == 99 {
                "Connection: close\r\n"
            } else {
                ""
            };
            client
                .write_all(format!("GET / HTTP/1.1\r\nHost: localhost\r\n{last}\r\n").as_bytes())?;
        }
        for client in &mut clients {
            let mut some = [0; 1024];
            ensure!(client.read(&mut some)? > 0, "an answer");
        }
    }
    let pid = running.0.id();
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    let mut most = 0;
    for worker in children.split_whitespace() {
        let map = std::fs::read_to_string(Path::new("/proc").join(worker).join("smaps_rollup"))?;
        let private = map.lines().filter(|line| line.starts_with("Private_"));
        let kib = private.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
        most = most.max(kib.sum());
    }
    ensure!(most > 0, "no workers");
    println!("MiB of the larger worker {:.2}", most as f64 / 1024.0);
    Ok(())
}

fn reached(port: u16) -> anyhow::Result<()> {
    let began = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        ensure!(began.elapsed() < PATIENCE, "nobody listens on port {port}");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}
