//! Reads what `head -c` copies from `/dev/zero`, and prints how much came. Argument: MiB.

use std::env;

use anyhow::Context;
use tokio::io::AsyncReadExt;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let mib = env::args()
        .skip(1)
        .find(|arg| arg != "--bench")
        .unwrap_or("2048".to_owned());
    let amount = format!("{mib}M");
    let mut child = child_process::exec_file("head", ["-c", &amount, "/dev/zero"])
        .spawn()
        .await?;
    let mut stdout = child.stdout.take().context("a pipe")?;
    let (mut chunk, mut all) = (vec![0; 256 << 10], 0);
    loop {
        let read = stdout.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        all += read;
    }
    child.wait().await?;
    println!("{all}");
    Ok(())
}
