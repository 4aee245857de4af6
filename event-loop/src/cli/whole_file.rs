//! A file that is there whole or not at all: written beside its place, then put into it.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use tempfile::{Builder, NamedTempFile};

/// Lets `content` write the file at `path`. If that fails, what was there before is still there.
pub fn whole_file(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<&mut NamedTempFile>) -> io::Result<()>,
) -> io::Result<()> {
    // A link stays one.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = beside(folder)?;
    let mut out = BufWriter::new(&mut file);
    content(&mut out)?;
    out.flush()?;
    drop(out);
    file.persist(path)
        .map(drop)
        .map_err(|refused| refused.error)
}

fn beside(folder: &Path) -> io::Result<NamedTempFile> {
    fs::metadata(folder)?;
    let mut builder = Builder::new();
    builder.prefix(".event-loop-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask takes from it what it takes from any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // tempfile's own errors name the temporary file, which nobody has asked for.
    builder
        .tempfile_in(folder)
        .map_err(|error| error.kind().into())
}
