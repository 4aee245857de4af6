//! Work that would block, beside the loop, in plain tokio: `tokio::fs` and `spawn_blocking`.
//!
//! tokio's pool grows to 512 threads; libuv's has four.

use event_loop::println;
use tokio::fs::{read_to_string, remove_file, write};
use tokio::task::spawn_blocking;
use tokio::try_join;

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> anyhow::Result<()> {
    let note = std::env::temp_dir().join(format!("note-{}", std::process::id()));
    write(&note, "remember the milk").await?;
    let compute = spawn_blocking(|| {
        "a".repeat(100_000)
            .bytes()
            .filter(|byte| *byte == b'a')
            .count()
    });
    let text = read_to_string(&note);
    let (text, computed) = try_join!(text, async { Ok(compute.await?) })?;
    remove_file(note).await?;
    println!("file: {text}");
    println!("computed: {computed}");
    Ok(())
}
