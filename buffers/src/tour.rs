//! The tour.
use std::io::Write;
pub fn list(_: &mut dyn Write) -> anyhow::Result<()> {
    Ok(())
}
pub fn run(_: &[String], _: &mut dyn Write) -> anyhow::Result<()> {
    Ok(())
}
