//! Rules that a pattern checks line by line.

use super::{Findings, Purpose, Tree, regex};

/// A rule that each line which the pattern finds breaks.
pub struct LineRule {
    pub name: &'static str,
    pub purpose: Purpose,
    files: Files,
    pattern: &'static str,
    /// With the groups of the pattern as `$1`.
    what: &'static str,
    fix: &'static str,
}

/// The files that a rule is for.
enum Files {
    All,
    Manifests,
    /// All that is Rust.
    Rust,
    /// The Rust of the crates that teach.
    Topics,
    /// What is in `src/`, up to the tests at the end of a file.
    Sources,
}

pub const LINE_RULES: &[LineRule] = &[
    LineRule {
        name: "manifest stands alone",
        purpose: Purpose::Copy,
        files: Files::Manifests,
        pattern: r"^\[(workspace|profile|patch|replace)\b",
        what: "[$1] works in the root of a workspace only",
        fix: "move it to the root manifest or remove it",
    },
    LineRule {
        name: "manifest stands alone",
        purpose: Purpose::Copy,
        files: Files::Manifests,
        pattern: r"^[^#]*\bworkspace\s*=\s*true\b",
        what: "`workspace = true` takes the value from elsewhere",
        fix: "write the value out",
    },
    LineRule {
        name: "manifest stands alone",
        purpose: Purpose::Copy,
        files: Files::Manifests,
        pattern: r#"^[^#]*\bworkspace\s*=\s*["']"#,
        what: "`workspace` names a root that a copy would lack",
        fix: "remove it: cargo looks upwards by itself",
    },
    LineRule {
        name: "manifest stands alone",
        purpose: Purpose::Copy,
        files: Files::Manifests,
        pattern: r#"^[^#]*["']((?:[^"']*/)?\.\.(?:/[^"']*)?)["']"#,
        what: "$1 is above the crate's folder",
        fix: "put the file into the crate",
    },
    LineRule {
        name: "executable by path",
        purpose: Purpose::Copy,
        files: Files::Topics,
        pattern: r#"^([^/]|/[^/])*"[^"]*target/(debug|release)"#,
        what: "the folder of executables is guessed, and CARGO_TARGET_DIR refutes it",
        fix: "use env!(\"CARGO_BIN_EXE_...\")",
    },
    LineRule {
        name: "no unwrap",
        purpose: Purpose::Order,
        files: Files::Sources,
        pattern: r"^([^/]|/[^/])*\.unwrap\(\)",
        what: "unwrap does not say why it cannot fail",
        fix: "use `?`, or expect(\"the invariant that holds\")",
    },
    // An expectation is reported once it is no longer needed; a permission stays.
    LineRule {
        name: "no allow",
        purpose: Purpose::Order,
        files: Files::Rust,
        pattern: r"^\s*#!?\[(cfg_attr\(.*\b)?allow\(",
        what: "a lint is silenced for ever",
        fix: "use #[expect(..., reason = \"...\")]",
    },
    LineRule {
        name: "no machine paths",
        purpose: Purpose::Order,
        files: Files::All,
        pattern: r#"(^|[\s"'`(=:/])/(home|root|work|Users)/\w"#,
        what: "a path that only one machine has",
        fix: "use a relative path or a variable",
    },
];

impl LineRule {
    /// Adds each line that breaks the rule.
    pub fn check(&self, tree: &Tree, found: &mut Findings) {
        let pattern = regex(self.pattern);
        for (file, text) in self.files.of(tree) {
            for (index, line) in text.lines().enumerate() {
                if let Some(groups) = pattern.captures(line) {
                    let mut what = String::new();
                    groups.expand(self.what, &mut what);
                    found.add(file, index + 1, what, self.fix);
                }
            }
        }
    }
}

impl Files {
    fn of<'a>(&self, tree: &'a Tree) -> Vec<(&'a str, &'a str)> {
        let mut files = match self {
            Self::All => tree.below("", ""),
            Self::Manifests => tree.below("", "/Cargo.toml"),
            Self::Rust | Self::Topics => tree.rust(""),
            Self::Sources => tree.rust("src/"),
        };
        match self {
            Self::Manifests => files.retain(|(file, _)| file.matches('/').count() == 1),
            Self::Topics => files.retain(|(file, _)| !file.starts_with("xtask/")),
            Self::Sources => {
                let tests = regex(r"#\[cfg\(test\)\]\s*mod \w+ \{");
                for (_, text) in &mut files {
                    let end = tests.find(text).map_or(text.len(), |found| found.start());
                    *text = &text[..end];
                }
            }
            Self::All | Self::Rust => {}
        }
        files
    }
}
