//! A run as a picture: which callback ran when, in which phase, and why then.
//!
//! A recording of ours or of Node's, alone or two beside each other, as a page to step through or as a drawing.

mod align;
mod drawing;
mod node_notes;
mod node_program;
mod page;
mod sys;

pub use node_program::NodeProgram;

use crate::trace::Trace;

/// What is to be drawn.
///
/// # Examples
///
/// ```
/// use event_loop::{Report, mark, next_tick, run_script, trace};
///
/// let (_, recorded) = trace(|| run_script(|| {
///     next_tick(|| mark(format_args!("</script> is text like any other")));
/// }));
/// let mut page = Vec::new();
/// Report::new("A tick", recorded).write_html(&mut page)?;
/// assert!(String::from_utf8_lossy(&page).contains(r"\u003c/script> is text like any other"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct Report {
    title: String,
    runs: Vec<Trace>,
    /// The names and the texts of files.
    sources: Vec<(String, String)>,
}

impl Report {
    /// A recording, under this title.
    #[must_use]
    pub fn new(title: &str, mut recorded: Trace) -> Self {
        Self {
            title: title.to_owned(),
            sources: std::mem::take(&mut recorded.sources),
            runs: vec![recorded],
        }
    }

    /// Shows the text of a file with the current line lit, wherever `name` is the end of the file's path.
    #[must_use]
    pub fn source(mut self, name: &str, text: &str) -> Self {
        self.sources.push((name.to_owned(), text.to_owned()));
        self
    }

    /// Shows another run as well, both set so that the same printed line is at the same place.
    #[must_use]
    pub fn beside(mut self, other: Self) -> Self {
        self.runs.extend(other.runs);
        self.sources.extend(other.sources);
        self
    }
}
