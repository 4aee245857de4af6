//! The file with the number of the primary's process, for scripts: `kill -HUP $(cat cluster.pid)`.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::Builder;

/// A file that is there as long as this is.
pub struct PidFile {
    path: PathBuf,
}

impl PidFile {
    /// Writes it in one go: whoever reads it finds a whole number or nothing.
    pub fn write(path: PathBuf) -> anyhow::Result<Self> {
        Self::persist(&path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { path })
    }

    fn persist(path: &Path) -> anyhow::Result<()> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let readable = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        let mut file = Builder::new()
            .permissions(readable)
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        writeln!(file, "{}", std::process::id())?;
        file.persist(path)?;
        Ok(())
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        // Somebody else may have taken its place meanwhile, and the next primary may be running already.
        let ours = format!("{}\n", std::process::id());
        if fs::read_to_string(&self.path).is_ok_and(|text| text == ours) {
            // Nothing depends on it any more.
            let _ = fs::remove_file(&self.path);
        }
    }
}
