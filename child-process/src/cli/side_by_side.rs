//! Two programs beside each other where a terminal is wide enough for both, one under the other elsewhere.

use std::io::IsTerminal;

use terminal_size::{Width, terminal_size_of};

/// What stdout is able to show.
#[derive(Clone, Copy)]
pub struct Screen {
    /// How many columns it has, if it is a terminal.
    width: Option<usize>,
    has_colors: bool,
}

const GAP: &str = " | ";
const BOLD: &str = "\x1b[1m";
const GRAY: &str = "\x1b[90m";
const PLAIN: &str = "\x1b[0m";

impl Screen {
    /// Asks stdout, and `NO_COLOR`.
    pub fn of_stdout() -> Self {
        let stdout = std::io::stdout();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            width: terminal_size_of(&stdout).map(|(Width(columns), _)| columns.into()),
            has_colors: stdout.is_terminal() && !no_color,
        }
    }

    /// Returns the two programs of a lesson, and below them what both print.
    pub fn show(self, lesson: &str, node: &str, rust: &str, output: &str) -> String {
        let programs = [("mjs", node), ("rs", rust)];
        let programs = programs.map(|(kind, text)| format!("examples/{lesson}.{kind}\n{text}"));
        let [left_width, right_width] = programs.each_ref().map(|text| columns(text));
        let mut shown = String::new();
        if self.width >= Some(left_width + GAP.len() + right_width) {
            let [mut left, mut right] = programs.each_ref().map(|text| text.lines());
            for number in 0.. {
                let (left, right) = match (left.next(), right.next()) {
                    (None, None) => break,
                    (left, right) => (left.unwrap_or(""), right.unwrap_or("")),
                };
                let fill = " ".repeat(left_width - columns(left));
                let [left, right] = [left, right].map(|line| self.paint(number, line));
                shown += format!("{left}{fill}{GAP}{right}").trim_end();
                shown += "\n";
            }
            shown += "\n";
        } else {
            for program in programs {
                for (number, line) in program.lines().enumerate() {
                    shown += &format!("{}\n", self.paint(number, line));
                }
                shown += "\n";
            }
        }
        format!("{shown}{}\n{output}", self.paint(0, "both print"))
    }

    /// Returns a line in colours: the first one is a heading, in others a comment is gray.
    fn paint(self, number: usize, line: &str) -> String {
        let whole = line.trim_start().starts_with("//").then_some(0);
        let (code, comment) = match whole.or_else(|| line.find(" // ")) {
            _ if !self.has_colors || line.is_empty() => return line.to_owned(),
            _ if number == 0 => return format!("{BOLD}{line}{PLAIN}"),
            Some(at) => line.split_at(at),
            None => return line.to_owned(),
        };
        format!("{code}{GRAY}{comment}{PLAIN}")
    }
}

/// Returns how many columns the longest line takes: those of East Asia and pictures take two each.
fn columns(text: &str) -> usize {
    let wide = |char: char| usize::from(char >= '\u{2e80}') + 1;
    let lines = text.lines().map(|line| line.chars().map(wide).sum());
    lines.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(width: Option<usize>, has_colors: bool) -> String {
        let screen = Screen { width, has_colors };
        let node = "o('ü b'); // it\n\n三\n";
        let rust = "// a\nfn one<'a>() {\n    two(\"http://\");\n";
        screen.show("a", node, rust, "// three\n")
    }

    #[test]
    fn both_fit_and_stand_beside_each_other() {
        let shown = show(Some(37), false);

        let lines = [
            "examples/a.mjs  | examples/a.rs",
            "o('ü b'); // it | // a",
            "                | fn one<'a>() {",
            "三              |     two(\"http://\");",
            "",
            "both print",
            "// three",
        ];
        assert_eq!(shown.lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn one_column_less_and_one_stands_under_the_other() {
        let under = show(None, false);

        assert_eq!(show(Some(36), false), under);
        assert!(
            under.starts_with("examples/a.mjs\no('ü b'); // it\n\n三\n\nexamples/a.rs\n// a\n"),
            "{under}"
        );
        assert!(under.ends_with("\n\nboth print\n// three\n"), "{under}");
    }

    #[test]
    fn comments_are_gray_and_what_is_printed_has_no_color() {
        let shown = show(None, true);

        assert!(
            shown.contains("o('ü b');\x1b[90m // it\x1b[0m\n"),
            "{shown:?}"
        );
        assert!(shown.contains("\n\x1b[90m// a\x1b[0m\nfn one"), "{shown:?}");
        assert!(shown.contains("two(\"http://\");\n"), "{shown:?}");
        assert!(
            shown.ends_with("\x1b[1mboth print\x1b[0m\n// three\n"),
            "{shown:?}"
        );
    }
}
