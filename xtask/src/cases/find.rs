//! Finds the cases of a crate: its lessons in `examples/`, the commands of its tool in `golden/`.
//!
//! A crate that has not moved yet keeps its lessons in `golden/` too, as `NN-name.mjs` and `.out`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use regex_lite::Regex;

use crate::cases::settings::Settings;
use crate::cases::workspace::Crate;
use crate::exit_error::ExitError;
use crate::judge::compare::Rules;

/// One lesson, or one command of a tool.
pub struct Case {
    /// `CRATE/name`.
    pub id: String,
    pub krate: String,
    /// The lesson, for a case that is one.
    pub lesson: Option<String>,
    /// What the crate's executable is called with.
    pub args: Vec<String>,
    pub oracle: Oracle,
    pub golden: PathBuf,
    pub fixtures: PathBuf,
    pub stdin: Option<Vec<u8>>,
    pub rules: Rules,
    pub settings: Settings,
    /// Its files from the root of the workspace: those that a person opens when it fails.
    pub files: Vec<String>,
}

/// The other program that must print the same.
pub enum Oracle {
    /// The Node program beside the golden file.
    Node(PathBuf),
    /// A shell command.
    Shell(String),
    /// There can be none, for the reason given.
    None(String),
}

impl Oracle {
    /// What a verdict calls it.
    pub fn name(&self) -> &'static str {
        if let Self::Node(_) = self {
            "Node"
        } else {
            "the oracle"
        }
    }

    pub fn needs_node(&self) -> bool {
        match self {
            Self::Node(_) => true,
            Self::Shell(command) => command.contains("$NODE") || command.contains("${NODE}"),
            Self::None(_) => false,
        }
    }
}

/// Something that is wrong with the files themselves, found without running anything.
pub struct Fault {
    pub id: String,
    pub text: String,
}

/// A folder of cases: their files by stem, each with the extensions that are there.
type Stems = BTreeMap<String, BTreeSet<String>>;

/// Reads the cases of one crate in reading order, and which files belong to none.
///
/// # Errors
///
/// [`ExitError`] for a case file that cannot be understood.
pub fn read_all(one: &Crate) -> Result<(Vec<Case>, Vec<Fault>)> {
    let mut faults = Vec::new();
    let mut cases: Vec<Case> = Vec::new();
    let lessons = stems(
        one,
        "examples",
        r"^([a-z0-9-]+)\.(rs|mjs|out|toml)$",
        &mut faults,
    )?;
    let commands = stems(
        one,
        "golden",
        r"^([0-9]+-[a-z0-9-]+)\.(mjs|out|toml)$",
        &mut faults,
    )?;
    for (folder, stems) in [("examples", lessons), ("golden", commands)] {
        for (stem, files) in stems {
            let path = one.dir.join(folder).join(&stem);
            if files.iter().eq(["rs"]) {
                continue; // A program to look at; `tidy` says whether it should be a lesson.
            }
            if !files.contains("mjs") && (folder == "examples" || !files.contains("toml")) {
                let text = "missing Node program: there is neither .mjs nor, for a command, .toml"
                    .to_owned();
                faults.push(Fault {
                    id: format!("{}/{folder}/{stem}", one.name),
                    text,
                });
                continue;
            }
            let case = Case::read(one, &path, &files);
            let case = case
                .map_err(|error| ExitError::usage(format!("{}.toml: {error:#}", path.display())))?;
            if cases.iter().any(|other| other.id == case.id) {
                return Err(
                    ExitError::usage(format!("there are two cases named {}", case.id)).into(),
                );
            }
            cases.push(case);
        }
    }
    // The table of the tour has the reading order.
    let tour = fs::read_to_string(one.dir.join("src/tour.rs")).unwrap_or_default();
    let place = |case: &Case| tour.find(&format!("\"{}\"", case.lesson.as_ref()?));
    cases.sort_by_key(|case| (case.lesson.is_none(), place(case).unwrap_or(usize::MAX)));
    Ok((cases, faults))
}

fn stems(one: &Crate, folder: &str, pattern: &str, faults: &mut Vec<Fault>) -> Result<Stems> {
    let allowed = Regex::new(pattern).expect("a valid pattern");
    let mut stems = Stems::new();
    let path = one.dir.join(folder);
    if !path.is_dir() {
        return Ok(stems);
    }
    for entry in fs::read_dir(&path).with_context(|| path.display().to_string())? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if let Some(parts) = allowed.captures(&file) {
            stems
                .entry(parts[1].to_owned())
                .or_default()
                .insert(parts[2].to_owned());
        } else if file != "fixtures" {
            let text = format!(
                "orphan: its name is not that of a file in {folder}/, and it is not in fixtures/"
            );
            faults.push(Fault {
                id: format!("{}/{folder}/{file}", one.name),
                text,
            });
        }
    }
    Ok(stems)
}

impl Case {
    fn read(one: &Crate, path: &Path, files: &BTreeSet<String>) -> Result<Self> {
        let mut settings = Settings::default();
        if files.contains("toml") {
            settings = toml::from_str(&fs::read_to_string(path.with_extension("toml"))?)?;
        }
        settings.check(files.contains("mjs"))?;

        let stem = path.file_name().unwrap_or_default().to_string_lossy();
        let name = match stem.split_once('-') {
            Some((number, name)) if number.parse::<u32>().is_ok() => name.to_owned(),
            _ => stem.clone().into_owned(),
        };
        let oracle = match (settings.oracle.take(), settings.no_oracle.take()) {
            (Some(command), _) => Oracle::Shell(command),
            (_, Some(why)) => Oracle::None(why),
            _ => Oracle::Node(path.with_extension("mjs")),
        };
        let fixtures = path.with_file_name("fixtures");
        let stdin = match &settings.stdin_file {
            Some(file) => Some(fs::read(fixtures.join(file)).context("stdin_file")?),
            None => settings.stdin.take().map(String::into_bytes),
        };
        let lesson = files.contains("mjs").then(|| name.clone());
        let folder = path
            .parent()
            .and_then(Path::file_name)
            .unwrap_or_default()
            .display();
        let tour = || vec!["tour".to_owned(), name.clone()];
        Ok(Self {
            id: format!("{}/{name}", one.name),
            krate: one.name.clone(),
            args: settings.args.take().unwrap_or_else(tour),
            lesson,
            golden: path.with_extension("out"),
            oracle,
            fixtures,
            stdin,
            rules: Rules {
                order: settings.order,
                key: settings.key.take(),
                redactions: std::mem::take(&mut settings.redact),
            },
            settings,
            files: files
                .iter()
                .map(|end| format!("{}/{folder}/{stem}.{end}", one.name))
                .collect(),
        })
    }

    /// Whether the Rust side of a lesson is still to be written.
    pub fn lacks_rust(&self) -> bool {
        let is_new = self
            .golden
            .parent()
            .is_some_and(|folder| folder.ends_with("examples"));
        is_new && !self.golden.with_extension("rs").exists()
    }
}

/// Counts the cases that have no oracle, and those that have a redaction.
pub fn shares(cases: &[Case]) -> (usize, usize) {
    let alone = cases
        .iter()
        .filter(|case| matches!(case.oracle, Oracle::None(_)));
    let redacted = cases
        .iter()
        .filter(|case| !case.rules.redactions.is_empty());
    (alone.count(), redacted.count())
}

/// Finds out whether too many go without oracle or with a redaction. Few cases make no share.
pub fn check_shares(cases: &[Case]) -> Option<Fault> {
    let (alone, redacted) = shares(cases);
    let all = cases.len();
    let text = if alone * 10 > all {
        format!("too many cases without oracle: {alone} of {all}, a tenth is the most")
    } else {
        format!("too many cases with a redaction: {redacted} of {all}, a twentieth is the most")
    };
    let is_too_much = alone * 10 > all || redacted * 20 > all;
    (is_too_much && all >= 20).then(|| Fault {
        id: "golden".to_owned(),
        text,
    })
}
