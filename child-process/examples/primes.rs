//! CPU-intensive work in children: however many share it, the answer is the same.
//!
//! `num_cpus` stands for `os.availableParallelism()`.

use child_process::exec;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    for n in [1, 2, 3] {
        println!("{n} children: {} primes", count(n).await?);
    }
    println!(
        "a child for each core: {} primes",
        count(num_cpus::get()).await?
    );
    Ok(())
}

async fn count(children: usize) -> anyhow::Result<u64> {
    let line = |first| format!("seq {first} {children} 20000 | factor | awk 'NF == 2' | wc -l");
    let parts = (1..=children).map(|first| tokio::spawn(exec(line(first)).into_future()));
    let mut sum = 0;
    for part in parts.collect::<Vec<_>>() {
        sum += part.await??.stdout_text().trim().parse::<u64>()?;
    }
    Ok(sum)
}
