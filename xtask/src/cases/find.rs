//! Finds the cases of a crate: its lessons in `examples/`, the commands of its tool in `golden/`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use fs_err as fs;

use crate::cases::settings::Settings;
use crate::cases::{Crate, read_toml, regex};

/// One lesson, or one command of a tool.
pub struct Case {
    /// `CRATE/name`.
    pub id: String,
    pub crate_name: String,
    pub is_lesson: bool,
    /// What the crate's executable is called with.
    pub args: Vec<String>,
    /// The shell command that must print the same, if there can be one: for a lesson, it calls the Node program.
    pub oracle: Option<String>,
    pub golden: PathBuf,
    pub fixtures: PathBuf,
    pub stdin: Option<Vec<u8>>,
    pub settings: Settings,
    /// Its files from the root of the workspace: those that a person opens when it fails.
    pub files: Vec<String>,
}

/// An error in the files themselves, found without running anything.
pub struct CaseError {
    pub id: String,
    pub text: String,
}

/// Reads the cases of one crate in reading order; adds to `errors` the files that belong to none or cannot be understood.
pub fn read_all(one: &Crate, errors: &mut Vec<CaseError>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (folder, pattern, needed) in [
        ("examples", r"^([a-z0-9-]+)\.(rs|mjs|out|toml)$", "mjs"),
        ("golden", r"^([0-9]+-[a-z0-9-]+)\.(out|toml)$", "toml"),
    ] {
        let pattern = regex(pattern);
        // The files by stem: the extensions that are there.
        let mut stems: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in one.names(folder) {
            if let Some(parts) = pattern.captures(&file) {
                let ends = stems.entry(parts[1].to_owned()).or_default();
                ends.insert(parts[2].to_owned());
            } else if file != "fixtures" {
                let id = format!("{}/{folder}/{file}", one.name);
                let what = "orphan: its name is not that of a file in";
                let text = format!("{what} {folder}/, and it is not in fixtures/");
                errors.push(CaseError { id, text });
            }
        }
        // A Rust program alone is one to look at; `tidy` says whether it should be a lesson.
        for (stem, ends) in stems.iter().filter(|(_, ends)| !ends.iter().eq(["rs"])) {
            if !ends.contains(needed) {
                let id = format!("{}/{folder}/{stem}", one.name);
                let text = format!("orphan: there is no {stem}.{needed}");
                errors.push(CaseError { id, text });
                continue;
            }
            // The number of a command is its place in the reading order, and no part of its name.
            let numbered = stem.split_once('-').filter(|_| folder == "golden");
            let name = numbered.map_or(stem.as_str(), |(_, name)| name);
            let id = format!("{}/{name}", one.name);
            let is_new = cases.iter().all(|other| other.id != id);
            let case = match is_new {
                true => Case::read(one, name, &one.dir.join(folder).join(stem), ends),
                false => Err(anyhow!("there are two cases of this name")),
            };
            match case.map_err(|error| format!("{error:#}")) {
                Ok(case) => cases.push(case),
                Err(text) => errors.push(CaseError { id, text }),
            }
        }
    }
    // The table of the tour has the reading order.
    let tour = fs::read_to_string(one.dir.join("src/tour.rs")).unwrap_or_default();
    let place = |args: &[String]| tour.find(&format!("{:?}", args[1])).unwrap_or(usize::MAX);
    cases.sort_by_key(|case| (!case.is_lesson, case.is_lesson.then(|| place(&case.args))));
    cases
}

impl Case {
    /// Reads the files that have this path and one of these ends.
    fn read(one: &Crate, name: &str, path: &Path, ends: &BTreeSet<String>) -> Result<Self> {
        let is_lesson = path.starts_with(one.dir.join("examples"));
        let toml = path.with_extension("toml");
        let mut settings = match ends.contains("toml") {
            true => read_toml(&toml)?,
            false => Settings::default(),
        };
        let in_file = || toml.display().to_string();
        settings.check(is_lesson).with_context(in_file)?;
        let fixtures = path.with_file_name("fixtures");
        let stdin = read_stdin(&mut settings, &fixtures).with_context(in_file)?;
        if is_lesson {
            let program = path.with_extension("mjs").display().to_string();
            settings.oracle = Some(format!("exec \"$NODE\" {}", shell_words::quote(&program)));
            settings.args = Some(vec!["tour".to_owned(), name.to_owned()]);
        }
        let from_root = path.strip_prefix(&one.root)?.display();
        let files = ends.iter().map(|end| format!("{from_root}.{end}"));
        Ok(Self {
            id: format!("{}/{name}", one.name),
            is_lesson,
            args: settings.args.take().unwrap_or_default(),
            oracle: settings.oracle.take(),
            golden: path.with_extension("out"),
            fixtures,
            stdin,
            settings,
            files: files.collect(),
            crate_name: one.name.clone(),
        })
    }

    /// Returns what a verdict calls the oracle.
    pub fn oracle_name(&self) -> &'static str {
        if self.is_lesson { "Node" } else { "the oracle" }
    }

    pub fn needs_node(&self) -> bool {
        let line = self.oracle.as_deref().unwrap_or_default();
        line.contains("$NODE") || line.contains("${NODE}")
    }
}

fn read_stdin(settings: &mut Settings, fixtures: &Path) -> Result<Option<Vec<u8>>> {
    Ok(match &settings.stdin_file {
        Some(file) => Some(fs::read(fixtures.join(file)).context("stdin_file")?),
        None => settings.stdin.take().map(String::into_bytes),
    })
}

/// Counts the cases that have no oracle, and those that have a redaction.
pub fn exceptions<'a>(cases: impl Iterator<Item = &'a Case> + Clone) -> [usize; 2] {
    let is_redacted = |case: &&Case| !case.settings.redact.is_empty();
    let alone = cases.clone().filter(|case| case.oracle.is_none());
    [alone.count(), cases.filter(is_redacted).count()]
}

/// Finds out whether too many go without oracle or with a redaction. Few cases make no share.
pub fn check_shares(cases: &[Case]) -> Vec<CaseError> {
    let (all, [alone, redacted]) = (cases.len(), exceptions(cases.iter()));
    let mut errors = Vec::new();
    for (count, what, most, share) in [
        (alone, "without oracle", "a tenth", 10),
        (redacted, "with a redaction", "a twentieth", 20),
    ] {
        if all >= 20 && count * share > all {
            let text = format!("too many cases {what}: {count} of {all}, {most} is the most");
            let id = "golden".to_owned();
            errors.push(CaseError { id, text });
        }
    }
    errors
}
