//! CPU-intensive work in children: however many share it, the answer is the same.
//!
//! Twin: `golden/09-primes.mjs`. `num_cpus` is `os.availableParallelism()`.

use std::io::Write;

use child_process::exec;
use futures::future::try_join_all;

/// Prints how many primes each number of children has found.
pub async fn primes(out: &mut dyn Write) -> anyhow::Result<()> {
    for children in [1, 2, 3] {
        writeln!(
            out,
            "{children} children: {} primes",
            count(children).await?
        )?;
    }
    writeln!(
        out,
        "a child for each core: {} primes",
        count(num_cpus::get()).await?
    )?;
    Ok(())
}

async fn count(children: usize) -> anyhow::Result<u64> {
    let part = |first| format!("seq {first} {children} 20000 | factor | awk 'NF == 2' | wc -l");
    let parts = (1..=children).map(|first| exec(part(first)).into_future());
    let mut sum = 0;
    for output in try_join_all(parts).await? {
        sum += output.stdout_text().trim().parse::<u64>()?;
    }
    Ok(sum)
}
