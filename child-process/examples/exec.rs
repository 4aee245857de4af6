//! `exec` runs a line in a shell and hands back what it printed.
//!
//! Node calls back with an error or the output; here the command is awaited and gives a `Result`,
//! and `?` returns the error.

use child_process::{Error, exec};

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), Error> {
    let output = exec("echo hello").await?;
    println!("Output: {}", output.stdout_text());
    Ok(())
}
