//! Rates: prints `NAME RATE` for each job of a set, in GB of input a second.
//!
//! `buffers-bench-rates SET [--digests FILE] [--only TEXT] [--once]`, where SET is `node`, `reused`, `memcpy`, `calls` or
//! `direct`. `cargo xtask bench` starts it so; `benches/*.toml` say how.

#[path = "rates/calls.rs"]
mod calls;
#[path = "rates/inputs.rs"]
mod inputs;
#[path = "rates/memory.rs"]
mod memory;
#[path = "rates/node.rs"]
mod node;

use std::env;
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// What the arguments say.
#[derive(Default)]
struct Options {
    set: String,
    /// Where to write what each job makes, as a digest.
    digests: Option<String>,
    /// Only jobs with this in their name.
    only: String,
    /// Calls each job once; rates mean nothing then.
    once: bool,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--digests" => options.digests = Some(args.next().context("--digests FILE")?),
                "--only" => options.only = args.next().context("--only TEXT")?,
                "--once" => options.once = true,
                // `cargo bench` adds this.
                "--bench" => {}
                _ => options.set = arg,
            }
        }
        Ok(options)
    }
}

/// One thing to be timed.
pub(crate) struct Job {
    pub name: String,
    /// How many bytes of input one call has.
    pub bytes: usize,
    /// Makes something, in place or newly; what it gives back is digested and dropped.
    pub run: Box<dyn FnMut() -> Made>,
}

/// What a job has made.
pub(crate) enum Made {
    Bytes(Vec<u8>),
    Text(String),
    Number(u64),
}

impl Job {
    pub(crate) fn new(name: &str, bytes: usize, run: impl FnMut() -> Made + 'static) -> Self {
        Self {
            name: name.to_owned(),
            bytes,
            run: Box::new(run),
        }
    }
}

fn main() -> Result<()> {
    let args = Options::parse(env::args().skip(1))?;
    let jobs = match args.set.as_str() {
        // What Node is measured against, a new result each time.
        "node" | "" => node::jobs(),
        // 16 MiB into a buffer that is used again.
        "reused" => memory::reused(),
        // Copying 16 MiB, under the names of `reused`.
        "memcpy" => memory::memcpy(),
        // Calls with 32 bytes.
        "calls" => calls::ours(),
        // The same, asked of the crates below.
        "direct" => calls::direct(),
        other => bail!("no set {other:?}: node, reused, memcpy, calls, direct"),
    };
    let mut digests = match &args.digests {
        Some(path) => Some(File::create(path).with_context(|| path.clone())?),
        None => None,
    };
    let mut out = std::io::stdout().lock();
    for mut job in jobs.into_iter().filter(|job| job.name.contains(&args.only)) {
        // The result is dropped before anything is timed: where it lies, the next one lies.
        let digest = digest(&(job.run)());
        if let Some(file) = &mut digests {
            writeln!(file, "{} {digest}", job.name)?;
        }
        let rate = if args.once { 0.0 } else { rate(&mut job) };
        writeln!(out, "{} {rate:.3}", job.name)?;
    }
    Ok(out.flush()?)
}

/// How many calls are looked at together, so that the clock does not count.
const BATCH: Duration = Duration::from_millis(3);
const BATCHES: usize = 15;

/// The median over the batches, in GB/s.
fn rate(job: &mut Job) -> f64 {
    let mut calls = 1;
    while time(job, calls) < BATCH {
        calls *= 2;
    }
    let mut times: Vec<_> = (0..BATCHES).map(|_| time(job, calls)).collect();
    times.sort();
    let bytes = job.bytes as f64 * f64::from(calls);
    bytes / times[BATCHES / 2].as_secs_f64() / 1e9
}

fn time(job: &mut Job, calls: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        black_box((job.run)());
    }
    start.elapsed()
}

/// FNV-1a, which the twin has as well.
fn digest(made: &Made) -> String {
    let bytes = match made {
        Made::Bytes(bytes) => bytes,
        Made::Text(text) => text.as_bytes(),
        Made::Number(number) => return number.to_string(),
    };
    let hash = bytes.iter().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    format!("{} {hash:08x}", bytes.len())
}
