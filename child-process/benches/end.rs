//! Ends a child and a grandchild that ignore SIGTERM. Prints the 99th percentile in ms. Argument: how often.

use std::env;
use std::time::{Duration, Instant};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let times = env::args()
        .skip(1)
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(100);
    let line = "trap '' TERM; (trap '' TERM; sleep 1000) & sleep 1000";
    let limit = Duration::from_millis(200);
    let mut took = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        let outcome = child_process::exec(line).timeout(limit).grace(limit).await;
        took.push(began.elapsed());
        anyhow::ensure!(
            outcome.is_err_and(|error| error.killed()),
            "it ended by itself"
        );
    }
    took.sort();
    println!(
        "99th percentile {:.1}",
        took[took.len() * 99 / 100].as_secs_f64() * 1e3
    );
    Ok(())
}
