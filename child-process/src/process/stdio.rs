//! Where a descriptor of a child leads: Node's `stdio: ['pipe', 'ignore', 'inherit', fd]`.

use std::os::fd::OwnedFd;

/// Where a descriptor of a child leads. A `File`, a socket and the end of a pipe turn into one as well.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> anyhow::Result<()> {
/// let file = tempfile::tempfile()?;
/// let output = child_process::exec("echo to a file").stdout(file).await?;
/// assert_eq!(output.stdout, b"");
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub enum Stdio {
    /// A pipe to this process; beyond 2 a socket pair, as in Node.
    Piped,
    /// `/dev/null`: Node's `'ignore'`.
    Null,
    /// What it leads to in this process; 0 to 2 only.
    Inherit,
    /// This descriptor.
    Fd(OwnedFd),
}

impl<T: Into<OwnedFd>> From<T> for Stdio {
    fn from(fd: T) -> Self {
        Self::Fd(fd.into())
    }
}
