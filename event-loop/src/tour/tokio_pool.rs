//! Work that would block, beside the loop, in plain tokio: `tokio::fs` and `spawn_blocking`.
//!
//! Twin: `golden/18-tokio-pool.mjs`. tokio's pool grows to 512 threads; libuv's has four.

use tokio::task::spawn_blocking;

use crate::console::say;

/// Prints what came from a file and from a computation.
pub fn tokio_pool() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        tokio::fs::write("note.txt", "remember the milk").await?;
        let (text, computed) = tokio::join!(
            tokio::fs::read_to_string("note.txt"),
            spawn_blocking(|| "a"
                .repeat(100_000)
                .bytes()
                .filter(|byte| *byte == b'a')
                .count()),
        );
        say!("file: {}", text?);
        say!("computed: {}", computed?);
        Ok(())
    })
}
