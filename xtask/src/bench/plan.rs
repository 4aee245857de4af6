//! `CRATE/benches/NAME.toml`: who competes, on what, and how equal work is proved.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use serde::Deserialize;

use crate::cases::{Crate, Pattern, read_toml};
use crate::exit_error::ExitError;

/// A bench as written, and where it stands. All lines are for `sh` and run in one folder in memory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    #[serde(skip)]
    pub id: String,
    #[serde(skip)]
    pub crate_name: String,
    #[serde(skip)]
    pub file: PathBuf,
    /// What is done, for the reader of the table.
    pub title: String,
    /// Makes the input files, once; `$MIB` is how large they should be.
    pub input: Option<String>,
    /// Runs before each run and is not timed: removes what the last one wrote.
    pub before: Option<String>,
    /// Prints what must be the same after each contender's run; without it, what the contender printed must be.
    pub check: Option<String>,
    /// Why equal work cannot be checked from outside.
    pub unchecked: Option<String>,
    /// A number worth a column of its own, such as the size of the output.
    pub also: Option<Also>,
    /// How much one run does, and of what: `{ amount = 268.4, of = "MB" }`. Without it, contenders print lines `NAME RATE`.
    pub work: Option<Work>,
    /// What the rates are, where contenders print them.
    #[serde(default)]
    pub unit: String,
    /// The first one is ours.
    #[serde(rename = "contender")]
    pub contenders: Vec<Contender>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    pub amount: f64,
    pub of: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    pub name: String,
    pub run: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contender {
    pub name: String,
    /// What is timed; begin it with `exec` where the shell would only wait.
    pub run: String,
    /// Programs that must be there, a text with spaces or a list; "node" is a Node that we know.
    needs: Option<Needs>,
    /// A server to be started first and ended afterwards.
    pub serve: Option<Serve>,
    /// What differs in its environment.
    #[serde(skip)]
    pub env: BTreeMap<&'static str, String>,
    /// It is ours of an earlier commit, which may know fewer jobs.
    #[serde(skip)]
    pub is_earlier: bool,
}

/// The benches of earlier commits, which `--against` reads, have lists.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Needs {
    Text(String),
    List(Vec<String>),
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Serve {
    pub run: String,
    /// What it prints when it is ready; the first group is the port, `$PORT` for the driver.
    pub ready: Pattern,
    /// How many requests the driver says it made; the first group is the number.
    pub requests: Pattern,
    /// How many a second; the first group is the number.
    pub rate: Pattern,
}

impl Spec {
    /// Reads the benches of one crate whose id `chosen` says yes to, by name.
    pub fn read_all(one: &Crate, chosen: impl Fn(&str) -> bool) -> Result<Vec<Self>> {
        let mut specs = Vec::new();
        for name in one.names("benches") {
            let Some(stem) = name.strip_suffix(".toml") else {
                continue;
            };
            let id = format!("{}/{stem}", one.name);
            if chosen(&id) {
                let file = one.dir.join("benches").join(&name);
                let mut spec: Self = read_toml(&file)?;
                let wrong = |error| ExitError::Usage(format!("{}: {error:#}", file.display()));
                spec.check().map_err(wrong)?;
                spec.crate_name.clone_from(&one.name);
                (spec.id, spec.file) = (id, file);
                specs.push(spec);
            }
        }
        Ok(specs)
    }

    /// Returns its name in its crate.
    pub fn name(&self) -> &str {
        self.id.split_once('/').map_or(&self.id, |(_, name)| name)
    }

    /// Returns the folder of its file.
    pub fn benches(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Returns how many times as good ours is: the smaller the better for times and memory, else the larger the better.
    pub fn advantage(&self, ours: f64, theirs: f64) -> f64 {
        let is_less_better = self.work.is_some() || ["ms", "µs", "MiB"].contains(&&*self.unit);
        let ratio = ours / theirs;
        if is_less_better { ratio.recip() } else { ratio }
    }

    /// Refuses what does not fit together.
    fn check(&self) -> Result<()> {
        let mut servers = self.contenders.iter().filter(|one| one.serve.is_some());
        let problem = if self.contenders.len() < 2 {
            "a bench needs ours and at least one peer"
        } else if self.check.is_some() && self.unchecked.is_some() {
            "either `check` or `unchecked = \"why\"`"
        } else if self.work.is_none() && self.unit.is_empty() {
            "either `work` or `unit`"
        } else if self.work.is_some() && servers.next().is_some() {
            "a server has rates and no `work`"
        } else {
            return Ok(());
        };
        bail!(problem)
    }
}

impl Contender {
    /// Returns what is not there and should be; `node` is what is said of Node.
    pub fn missing(&self, env: &BTreeMap<&str, String>, node: &str) -> Option<String> {
        let is_there = |program: &str| which::which_in(program, env.get("PATH"), ".").is_ok();
        let programs: Vec<&str> = match &self.needs {
            Some(Needs::Text(text)) => text.split_whitespace().collect(),
            Some(Needs::List(list)) => list.iter().map(String::as_str).collect(),
            None => Vec::new(),
        };
        programs.into_iter().find_map(|program| match program {
            "node" => (!env.contains_key("NODE")).then(|| node.to_owned()),
            other => (!is_there(other)).then(|| format!("{other} is not installed")),
        })
    }
}
