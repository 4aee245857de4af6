//! More than a pipe holds, on stdout and on stderr, in both orders.
//!
//! A program that reads one stream to its end before the other waits for ever here.

use child_process::exec;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    for line in [
        "seq 1 40000; seq 1 50000 >&2",
        "seq 1 50000 >&2; seq 1 40000",
        "seq 1 40000 & seq 1 50000 >&2; wait",
    ] {
        let output = exec(line).await?;
        let (stdout, stderr) = (output.stdout_text(), output.stderr_text());
        println!(
            "{line}: stdout {} bytes, stderr {} bytes",
            stdout.len(),
            stderr.len()
        );
        let last = |text: &str| text.lines().last().unwrap_or_default().to_owned();
        println!("  last lines {} and {}", last(&stdout), last(&stderr));
    }
    Ok(())
}
