//! The bar: on a terminal only, at most ten times a second, counting input.

use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::message::shown;

/// Returns a bar for `total` bytes of `file`, or a count where the total is not known; nothing shows if `quiet` or if stderr is no terminal.
pub fn bar(file: &Path, total: Option<u64>, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{msg} {percent:>3}% [{bar:30}] {bytes}/{total_bytes} {binary_bytes_per_sec} ETA {eta}",
        ),
        None => (
            ProgressBar::no_length(),
            "{msg} {bytes} {binary_bytes_per_sec}",
        ),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    bar.set_style(
        ProgressStyle::with_template(template)
            .expect("the template is well formed")
            .progress_chars("=> "),
    );
    bar.with_message(shown(file))
}
