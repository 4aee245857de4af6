//! `child-process primes`: work for the processor, shared out among processes by messages.

use std::io::Write;
use std::num::NonZeroUsize;
use std::ops::Range;

use anyhow::{Context, Result};
use child_process::{Channel, Child};
use futures::future::try_join_all;

/// Numbers in a piece of work: small enough that all end at about the same time, large enough that messages cost little.
const PIECE: u64 = 1 << 20;

/// Arguments of `primes`.
#[derive(clap::Args)]
pub struct Args {
    /// Count the prime numbers up to this one
    limit: u64,
    /// How many processes [default: as many as there are cores]
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// Prints how many there are.
pub async fn primes(args: Args) -> Result<u8> {
    let own = std::env::current_exe().context("our own program")?;
    let end = args.limit.saturating_add(1);
    let pieces = (0..end)
        .step_by(1 << 20)
        .map(|start| start..end.min(start.saturating_add(PIECE)));
    // A worker that is free takes the next piece: none waits for the slowest.
    let pieces = std::cell::RefCell::new(pieces);
    let jobs = args.jobs.map_or_else(num_cpus::get, NonZeroUsize::get);
    let workers = (0..jobs).map(|_| async {
        let (mut child, mut channel): (Child, Channel<u64, Range<u64>>) =
            child_process::exec_file(&own, ["worker"]).fork().await?;
        let mut count = 0;
        loop {
            let Some(piece) = pieces.borrow_mut().next() else {
                break;
            };
            channel.send(&piece).await?;
            count += channel.recv().await?.context("a worker went away")?;
        }
        channel.disconnect().await?;
        child.wait().await?;
        anyhow::Ok(count)
    });
    let counts = try_join_all(workers).await?;
    writeln!(std::io::stdout(), "{}", counts.iter().sum::<u64>())?;
    Ok(0)
}

/// The other side: counts what it is told to.
pub async fn worker() -> Result<u8> {
    let channel: Option<Channel<Range<u64>, u64>> = child_process::parent()?;
    let mut channel = channel.context("a worker is started by `primes`")?;
    while let Some(piece) = channel.recv().await? {
        channel.send(&(primes_in(piece).len() as u64)).await?;
    }
    Ok(0)
}

/// Returns the prime numbers in `range`: a sieve of that piece alone.
fn primes_in(range: Range<u64>) -> Vec<u64> {
    let (start, root) = (range.start, range.end.isqrt());
    let factors = if root < 2 {
        Vec::new()
    } else {
        primes_in(2..root + 1)
    };
    let mut is_composite = vec![false; range.clone().count()];
    for factor in factors {
        let first = (start.div_ceil(factor).max(factor) * factor - start) as usize;
        let multiples = is_composite.iter_mut().skip(first);
        for multiple in multiples.step_by(factor as usize) {
            *multiple = true;
        }
    }
    let numbers = range.zip(is_composite);
    let primes = numbers.filter(|(number, is_composite)| *number > 1 && !is_composite);
    primes.map(|(number, _)| number).collect()
}
