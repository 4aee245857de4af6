//! More than a pipe holds on stdout and on stderr, in both orders.
//!
//! Twin: `golden/04-large-output.mjs`. Who reads one stream to its end before the other waits for ever.

use std::io::Write;

use child_process::exec;

/// Prints how much came, and that it came whole.
pub async fn large_output(out: &mut dyn Write) -> anyhow::Result<()> {
    for (label, line) in [
        ("stdout first", "seq 1 40000; seq 1 50000 >&2"),
        ("stderr first", "seq 1 50000 >&2; seq 1 40000"),
        ("together", "seq 1 40000 & seq 1 50000 >&2; wait"),
    ] {
        let output = exec(line).await?;
        let (stdout, stderr) = (output.stdout_text(), output.stderr_text());
        let (o, e) = (stdout.lines().count(), stderr.lines().count());
        write!(out, "{label}: stdout {} bytes {o} lines, ", stdout.len())?;
        writeln!(out, "stderr {} bytes {e} lines", stderr.len())?;
        let last = |text: &str| text.lines().last().unwrap_or_default().to_owned();
        writeln!(out, "  last: {} {}", last(&stdout), last(&stderr))?;
    }
    Ok(())
}
