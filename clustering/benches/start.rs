//! How long a cluster takes until its two workers have started. Prints `two workers ready MILLISECONDS`, the median.
//!
//! Arguments: how often, then the command.

#[path = "support/mod.rs"]
mod support;

use anyhow::Context;

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let Some(runs) = args.next() else {
        return Ok(());
    };
    let runs: usize = runs.parse().context("how often")?;
    let command: Vec<_> = args.collect();
    let mut times = Vec::new();
    for _ in 0..runs.max(1) {
        times.push(support::run(&command)?.1);
    }
    times.sort();
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    println!("two workers ready {median:.2}");
    Ok(())
}
