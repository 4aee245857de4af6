//! The tour.
use std::io::Write;
pub fn list(out: &mut dyn Write) -> anyhow::Result<()> {
    Ok(out.flush()?)
}
pub fn run(_: &[String]) -> anyhow::Result<()> {
    Ok(())
}
