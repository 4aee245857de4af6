//! `--access-log`: a line for each answer, in a file or on stdout. A reload opens the file again, for programs that rotate logs.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process;
use std::sync::Once;
use std::time::SystemTime;

use clustering::Access;

use super::message::report;

/// Tells the workers where it is.
pub const VARIABLE: &str = "CLUSTERING_ACCESS_LOG";

/// Returns what writes a record, each as one line and in one call, so that those of several workers do not mix.
pub fn open(path: &Path) -> io::Result<impl Fn(&Access) + Send + Sync + use<>> {
    let to_file = path.as_os_str() != "-";
    let file = to_file.then(|| File::options().append(true).create(true).open(path));
    let file = file.transpose()?;
    let failure = Once::new();
    Ok(move |access: &Access| {
        let time = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let line = format!("{:.3} {access}\n", time.as_secs_f64());
        let written = match &file {
            Some(file) => (&*file).write_all(line.as_bytes()),
            None => io::stdout().write_all(line.as_bytes()),
        };
        // Where the disk is full or the reader has gone, a line is lost, and no answer.
        if let Err(error) = written {
            let what = format!("worker {}: cannot write the access log", process::id());
            failure.call_once(|| {
                report(&anyhow::Error::new(error).context(what));
            });
        }
    })
}
