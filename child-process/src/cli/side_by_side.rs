//! Two programs beside each other where a terminal is wide enough for both, one under the other elsewhere.

use std::io::IsTerminal;

use terminal_size::{Width, terminal_size_of};

/// A program or an output, below the name of its file.
pub struct Listing<'a> {
    pub name: String,
    pub text: &'a str,
}

/// What stdout is able to show.
#[derive(Clone, Copy)]
pub struct Screen {
    /// How many columns it has, if it is a terminal.
    width: Option<usize>,
    has_colors: bool,
}

const GAP: &str = " | ";
const HEADING: &str = "\x1b[1m";
const COMMENT: &str = "\x1b[90m";
const STRING: &str = "\x1b[32m";
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

    /// Returns both programs, and below them what both print.
    pub fn show(self, left: &Listing, right: &Listing, output: &Listing) -> String {
        let (left_width, right_width) = (left.width(), right.width());
        let both = left_width + GAP.len() + right_width;
        let mut text = String::new();
        if self.width.is_some_and(|width| both <= width) {
            let lines = left.lines().count().max(right.lines().count());
            let (mut lefts, mut rights) = (left.lines(), right.lines());
            for number in 0..lines {
                let [left, right] = [&mut lefts, &mut rights].map(|it| it.next().unwrap_or(""));
                let fill = " ".repeat(left_width - columns(left));
                let right = self.paint(number, right, true);
                let line = format!("{}{fill}{GAP}{right}", self.paint(number, left, false));
                text += &format!("{}\n", line.trim_end());
            }
            text += "\n";
        } else {
            for listing in [left, right] {
                text += &self.alone(listing);
                text += "\n";
            }
        }
        text + &self.alone(output)
    }

    fn alone(self, listing: &Listing) -> String {
        let heading = self.paint(0, &listing.name, false);
        let is_rust = listing.name.ends_with(".rs");
        let lines = listing.text.lines().enumerate();
        let lines = lines.map(|(number, line)| match listing.is_program() {
            true => self.paint(number + 1, line, is_rust) + "\n",
            false => format!("{line}\n"),
        });
        format!("{heading}\n{}", lines.collect::<String>())
    }

    /// Returns a line in colours: the first one is a heading, in others comments and strings stand out.
    fn paint(self, number: usize, line: &str, is_rust: bool) -> String {
        if !self.has_colors || line.is_empty() {
            return line.to_owned();
        }
        if number == 0 {
            return format!("{HEADING}{line}{PLAIN}");
        }
        let mut painted = String::new();
        let (mut quote, mut is_escaped) = (None, false);
        for (index, char) in line.char_indices() {
            match quote {
                None if line[index..].starts_with("//") => {
                    return format!("{painted}{COMMENT}{}{PLAIN}", &line[index..]);
                }
                None if opens_text(&line[index..], is_rust) => {
                    quote = Some(char);
                    painted += STRING;
                    painted.push(char);
                }
                Some(open) if char == open && !is_escaped => {
                    quote = None;
                    painted.push(char);
                    painted += PLAIN;
                }
                _ => painted.push(char),
            }
            is_escaped = char == '\\' && !is_escaped;
        }
        if quote.is_some() {
            painted += PLAIN;
        }
        painted
    }
}

impl Listing<'_> {
    fn lines(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&*self.name).chain(self.text.lines())
    }

    fn width(&self) -> usize {
        self.lines().map(columns).max().unwrap_or(0)
    }

    fn is_program(&self) -> bool {
        self.name.ends_with(".rs") || self.name.ends_with(".mjs")
    }
}

/// Whether a text in quotes begins here; in Rust, a single quote may begin a lifetime.
fn opens_text(line: &str, is_rust: bool) -> bool {
    let mut chars = line.chars();
    match chars.next() {
        Some('"' | '`') => true,
        Some('\'') if is_rust => chars.next() == Some('\\') || chars.next() == Some('\''),
        first => first == Some('\''),
    }
}

/// Returns how many columns a line takes: those of East Asia and pictures take two each.
fn columns(line: &str) -> usize {
    let wide = |char: char| usize::from(char >= '\u{2e80}') + 1;
    line.chars().map(wide).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(width: Option<usize>, has_colors: bool) -> String {
        let listing = |name: &str, text| Listing {
            name: name.to_owned(),
            text,
        };
        let screen = Screen { width, has_colors };
        let left = listing("a.mjs", "o('ü b'); // it\n\n三\n");
        let right = listing("a.rs", "fn one<'a>() {\n    two(\"x\\\"//\");\n");
        screen.show(&left, &right, &listing("both print", "// three\n"))
    }

    #[test]
    fn both_fit_and_stand_beside_each_other() {
        let shown = show(Some(35), false);

        let lines = [
            "a.mjs           | a.rs",
            "o('ü b'); // it | fn one<'a>() {",
            "                |     two(\"x\\\"//\");",
            "三              |",
            "",
            "both print",
            "// three",
        ];
        assert_eq!(shown.lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn one_column_less_and_one_stands_under_the_other() {
        let under = show(None, false);

        assert_eq!(show(Some(34), false), under);
        assert!(
            under.starts_with("a.mjs\no('ü b'); // it\n\n三\n\na.rs\nfn one"),
            "{under}"
        );
        assert!(under.ends_with("\n\nboth print\n// three\n"), "{under}");
    }

    #[test]
    fn comments_and_texts_have_colors_and_what_is_printed_has_none() {
        let shown = show(None, true);

        assert!(
            shown.contains("o(\x1b[32m'ü b'\x1b[0m); \x1b[90m// it\x1b[0m\n"),
            "{shown:?}"
        );
        assert!(shown.contains("fn one<'a>() {\n"), "{shown:?}");
        assert!(
            shown.contains("two(\x1b[32m\"x\\\"//\"\x1b[0m);\n"),
            "{shown:?}"
        );
        assert!(
            shown.ends_with("\x1b[1mboth print\x1b[0m\n// three\n"),
            "{shown:?}"
        );
    }
}
