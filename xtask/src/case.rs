//! A golden case: the files of one stem in `CRATE/golden/`, and what they ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use regex_lite::Regex;

use crate::compare::Rules;
use crate::settings::Settings;
use crate::stop::Stop;
use crate::workspace::{Crate, Workspace};

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
    pub env: BTreeMap<String, String>,
    pub status: i32,
    pub stderr: Stderr,
    pub timeout: Duration,
    pub serial: bool,
    pub rules: Rules,
}

/// Who else must print the same.
pub enum Oracle {
    /// The Node program beside the golden file.
    Twin(PathBuf),
    /// A shell command.
    Shell(String),
    /// Nobody can, for the reason given.
    None(String),
}

/// What a run may write to stderr.
#[derive(Default, PartialEq)]
pub enum Stderr {
    #[default]
    Empty,
    Ignored,
    Exactly(String),
}

impl Oracle {
    /// What a verdict calls it.
    pub fn name(&self) -> &'static str {
        if matches!(self, Self::Twin(_)) {
            "Node"
        } else {
            "the oracle"
        }
    }

    pub fn needs_node(&self) -> bool {
        match self {
            Self::Twin(_) => true,
            Self::Shell(command) => command.contains("$NODE") || command.contains("${NODE}"),
            Self::None(_) => false,
        }
    }
}

/// Something wrong with the files themselves, found without running anything.
pub struct Fault {
    pub id: String,
    pub text: String,
}

/// What a crate's `golden/` folder holds.
#[derive(Default)]
pub struct Golden {
    pub cases: Vec<Case>,
    pub faults: Vec<Fault>,
}

impl Golden {
    /// Reads the folder of one crate, in reading order.
    ///
    /// # Errors
    ///
    /// [`Stop::Usage`] for a case file that cannot be understood.
    pub fn read(workspace: &Workspace, one: &Crate) -> Result<Self> {
        let mut golden = Self::default();
        let folder = one.golden();
        let mut stems: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let allowed =
            Regex::new(r"^([0-9]+-[a-z0-9-]+)\.(mjs|out|toml)$").expect("the pattern is valid");
        let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
        for entry in entries {
            let file = entry?.file_name().to_string_lossy().into_owned();
            if let Some(parts) = allowed.captures(&file) {
                stems
                    .entry(parts[1].to_owned())
                    .or_default()
                    .insert(parts[2].to_owned());
            } else if file != "fixtures" {
                let shown = workspace.show(&folder.join(&file)).to_string();
                let text = format!(
                    "orphan: {shown} is neither NN-name.mjs, .out or .toml nor in fixtures/"
                );
                golden.faults.push(Fault {
                    id: format!("{}/{file}", one.name),
                    text,
                });
            }
        }
        for (stem, files) in stems {
            golden.add(workspace, one, &stem, &files)?;
        }
        Ok(golden)
    }

    fn add(
        &mut self,
        workspace: &Workspace,
        one: &Crate,
        stem: &str,
        files: &BTreeSet<String>,
    ) -> Result<()> {
        let name = stem.split_once('-').map_or(stem, |(_, name)| name);
        let id = format!("{}/{name}", one.name);
        let path = |extension| one.golden().join(stem).with_extension(extension);
        let [has_twin, has_settings] = ["mjs", "toml"].map(|extension| files.contains(extension));
        if !has_twin && !has_settings {
            let text = format!(
                "missing twin: {} has neither .mjs nor .toml beside it",
                workspace.show(&path("out"))
            );
            self.faults.push(Fault { id, text });
            return Ok(());
        }
        if self.cases.iter().any(|case| case.id == id) {
            return Err(Stop::Usage(format!(
                "{}: there are two cases named {id}",
                workspace.show(&one.golden())
            ))
            .into());
        }
        let case = if has_settings {
            let shown = workspace.show(&path("toml")).to_string();
            let text = fs::read_to_string(path("toml")).with_context(|| shown.clone())?;
            let settings =
                toml::from_str(&text).map_err(|error| Stop::Usage(format!("{shown}: {error}")))?;
            Self::case(one, stem, id, has_twin, settings)
                .map_err(|error| Stop::Usage(format!("{shown}: {error:#}")))?
        } else {
            Self::case(one, stem, id, has_twin, Settings::default())?
        };
        self.cases.push(case);
        Ok(())
    }

    fn case(
        one: &Crate,
        stem: &str,
        id: String,
        has_twin: bool,
        settings: Settings,
    ) -> Result<Case> {
        let name = id
            .rsplit_once('/')
            .map_or(id.as_str(), |(_, name)| name)
            .to_owned();
        let fixtures = one.golden().join("fixtures");
        let lesson_args = vec!["tour".to_owned(), name.clone()];
        let stdin = settings.stdin(&fixtures)?;
        let timeout = settings.timeout()?;
        let rules = Rules {
            order: settings.order()?,
            redactions: settings.redactions()?,
        };
        let (args, oracle) = if has_twin {
            anyhow::ensure!(
                settings.args.is_none(),
                "a lesson is called with `tour {name}`: take away `args`"
            );
            anyhow::ensure!(
                settings.oracle.is_none() && settings.no_oracle.is_none(),
                "the oracle of a lesson is its twin"
            );
            (
                lesson_args.clone(),
                Oracle::Twin(one.golden().join(stem).with_extension("mjs")),
            )
        } else {
            let args = settings
                .args
                .clone()
                .context("`args` is missing, or the twin of a lesson is")?;
            (args, settings.oracle()?)
        };
        Ok(Case {
            lesson: (args == lesson_args).then_some(name),
            krate: one.name.clone(),
            golden: one.golden().join(stem).with_extension("out"),
            status: settings.status,
            stderr: settings.stderr(),
            serial: settings.serial,
            env: settings.env,
            id,
            args,
            oracle,
            fixtures,
            stdin,
            timeout,
            rules,
        })
    }
}

/// The shares that may go without an oracle, and with a redaction. Few cases make no share.
pub fn check_shares(cases: &[&Case]) -> Option<Fault> {
    let (alone, redacted) = shares(cases);
    let text = if alone * 10 > cases.len() {
        format!(
            "too many cases without oracle: {alone} of {}, a tenth is the most",
            cases.len()
        )
    } else if redacted * 20 > cases.len() {
        format!(
            "too many cases with a redaction: {redacted} of {}, a twentieth is the most",
            cases.len()
        )
    } else {
        return None;
    };
    (cases.len() >= 20).then(|| Fault {
        id: "golden".to_owned(),
        text,
    })
}

/// How many cases have no oracle, and how many a redaction.
pub fn shares(cases: &[&Case]) -> (usize, usize) {
    let alone = cases
        .iter()
        .filter(|case| matches!(case.oracle, Oracle::None(_)))
        .count();
    let redacted = cases
        .iter()
        .filter(|case| !case.rules.redactions.is_empty())
        .count();
    (alone, redacted)
}
