//! `exec` keeps what a line prints, stdout and stderr apart.
//!
//! The output is bytes here; `stdout_text` turns invalid UTF-8 into U+FFFD, as Node does.

use child_process::exec;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    for (label, line) in [
        ("plain", "echo hello"),
        ("both", "echo out1; echo err >&2; echo out2"),
        ("pipeline", "printf 'b\\na\\nc\\n' | sort | tr a-z A-Z"),
        ("arithmetic", "x=3; echo $((x * 14))"),
        ("no newline", "printf 'no newline'"),
        ("empty", "true"),
        ("utf-8", "printf 'h\\303\\251llo \\342\\202\\254\\n'"),
        ("bad utf-8", "printf 'a\\377b'"),
    ] {
        let output = exec(line).await?;
        let (stdout, stderr) = (output.stdout_text(), output.stderr_text());
        println!("{label}: stdout={stdout:?} stderr={stderr:?}");
    }

    // Two commands run at the same time; the results come in the order of the calls.
    let (slow, fast) = (exec("sleep 0.1; echo slow"), exec("echo fast"));
    let (slow, fast) = tokio::try_join!(slow.into_future(), fast.into_future())?;
    println!(
        "parallel: {} {}",
        slow.stdout_text().trim(),
        fast.stdout_text().trim()
    );
    Ok(())
}
