//! A golden case: the files of one stem in `CRATE/golden/`, and what they ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use regex_lite::Regex;

use crate::cases::settings::Settings;
use crate::cases::workspace::Crate;
use crate::exit_error::ExitError;
use crate::judge::compare::Rules;
use crate::judge::verdict::Verdict;

/// One lesson, or one command of a tool.
pub struct Case {
    /// `CRATE/name`: the number in the file name is only the reading order.
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
}

/// Who else must print the same.
pub enum Oracle {
    /// The Node program beside the golden file.
    Node(PathBuf),
    /// A shell command.
    Shell(String),
    /// Nobody can, for the reason given.
    None(String),
}

impl Oracle {
    /// What a verdict calls it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Node(_) => "Node",
            _ => "the oracle",
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

/// Reads the `golden/` folder of one crate, in reading order: its cases, and what belongs to none.
///
/// # Errors
///
/// [`ExitError`] for a case file that cannot be understood.
pub fn read_all(one: &Crate) -> Result<(Vec<Case>, Vec<Verdict>)> {
    let allowed = Regex::new(r"^([0-9]+-[a-z0-9-]+)\.(mjs|out|toml)$").expect("a valid pattern");
    let mut stems: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut faults = Vec::new();
    for entry in fs::read_dir(one.golden()).with_context(|| one.golden().display().to_string())? {
        let file = entry?.file_name().to_string_lossy().into_owned();
        if let Some(parts) = allowed.captures(&file) {
            let [stem, extension] = [&parts[1], &parts[2]].map(str::to_owned);
            stems.entry(stem).or_default().insert(extension);
        } else if file != "fixtures" {
            let text = "orphan: neither NN-name.mjs, .out or .toml nor in fixtures/";
            faults.push(Verdict::fault(&format!("{}/golden/{file}", one.name), text));
        }
    }
    let mut cases: Vec<Case> = Vec::new();
    for (stem, files) in stems {
        let path = one.golden().join(&stem);
        if !files.contains("mjs") && !files.contains("toml") {
            let text = "missing twin: there is neither .mjs nor .toml beside it";
            faults.push(Verdict::fault(
                &format!("{}/golden/{stem}.out", one.name),
                text,
            ));
            continue;
        }
        let case = Case::read(one, &path, &files);
        let case =
            case.map_err(|error| ExitError::usage(format!("{}.toml: {error:#}", path.display())))?;
        if cases.iter().any(|other| other.id == case.id) {
            return Err(ExitError::usage(format!("there are two cases named {}", case.id)).into());
        }
        cases.push(case);
    }
    Ok((cases, faults))
}

impl Case {
    fn read(one: &Crate, path: &Path, files: &BTreeSet<String>) -> Result<Self> {
        let mut settings = Settings::default();
        if files.contains("toml") {
            settings = toml::from_str(&fs::read_to_string(path.with_extension("toml"))?)?;
        }
        settings.check(files.contains("mjs"))?;

        let stem = path.file_name().unwrap_or_default().to_string_lossy();
        let name = stem.split_once('-').map_or("", |(_, name)| name).to_owned();
        let lesson_args = vec!["tour".to_owned(), name.clone()];
        let args = settings.args.take().unwrap_or_else(|| lesson_args.clone());
        let oracle = match (settings.oracle.take(), settings.no_oracle.take()) {
            (Some(command), _) => Oracle::Shell(command),
            (_, Some(why)) => Oracle::None(why),
            _ => Oracle::Node(path.with_extension("mjs")),
        };
        let fixtures = one.golden().join("fixtures");
        let stdin = match &settings.stdin_file {
            Some(file) => Some(fs::read(fixtures.join(file)).context("stdin_file")?),
            None => settings.stdin.take().map(String::into_bytes),
        };
        let redactions = std::mem::take(&mut settings.redact);
        let rules = Rules {
            order: settings.order,
            key: settings.key.take(),
            redactions,
        };
        Ok(Self {
            id: format!("{}/{name}", one.name),
            krate: one.name.clone(),
            lesson: (args == lesson_args).then_some(name),
            golden: path.with_extension("out"),
            args,
            oracle,
            fixtures,
            stdin,
            rules,
            settings,
        })
    }
}

/// How many cases have no oracle, and how many a redaction.
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
pub fn check_shares(cases: &[Case]) -> Option<Verdict> {
    let (alone, redacted) = shares(cases);
    let all = cases.len();
    let text = if alone * 10 > all {
        format!("too many cases without oracle: {alone} of {all}, a tenth is the most")
    } else {
        format!("too many cases with a redaction: {redacted} of {all}, a twentieth is the most")
    };
    let is_too_much = alone * 10 > all || redacted * 20 > all;
    (is_too_much && all >= 20).then(|| Verdict::fault("golden", &text))
}
