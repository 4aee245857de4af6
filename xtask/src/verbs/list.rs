//! `list`: what there is, from the files alone.

use anyhow::Result;

use crate::cases::find::{Case, Oracle, shares};
use crate::cases::selection::{Choice, Selection};
use crate::cases::workspace::Workspace;

/// How `list` is called.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    choice: Choice,
}

/// Prints crates with their lessons, commands and README blocks; returns the exit status.
pub fn list(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let selection = Selection::read(&workspace, &options.choice)?;
    for one in &workspace.crates {
        let cases: Vec<_> = selection
            .cases
            .iter()
            .filter(|case| case.krate == one.name)
            .collect();
        if cases.is_empty() {
            continue;
        }
        let lessons = cases.iter().filter(|case| case.lesson.is_some()).count();
        outln!(
            "{}: {lessons} lessons, {} commands",
            one.name,
            cases.len() - lessons
        );
        cases.iter().for_each(|case| outln!("  {}", describe(case)));
    }
    if !selection.blocks.is_empty() {
        outln!("README: {} blocks", selection.blocks.len());
        for block in &selection.blocks {
            outln!("  {}  {} commands", block.id, block.commands().count());
        }
    }
    let (alone, redacted) = shares(&selection.cases);
    let all = selection.cases.len();
    outln!("{all} cases: {alone} without oracle, {redacted} with a redaction");
    for fault in &selection.faults {
        outln!("{}: {}", fault.id, fault.text);
    }
    Ok(u8::from(!selection.faults.is_empty()))
}

fn describe(case: &Case) -> String {
    let oracle = match &case.oracle {
        Oracle::Node(_) => "node".to_owned(),
        Oracle::Shell(command) => format!("oracle: {command}"),
        Oracle::None(why) => format!("no oracle: {why}"),
    };
    let kind = if case.lesson.is_some() {
        "lesson "
    } else {
        "command"
    };
    let mut line = format!("{kind} {:<32} {oracle}", case.id);
    let marks = [
        (!case.golden.exists(), "golden missing".to_owned()),
        (case.settings.serial, "serial".to_owned()),
    ];
    let redactions = case
        .rules
        .redactions
        .iter()
        .map(|one| (true, format!("redacts {}", one.name)));
    for (_, mark) in marks
        .into_iter()
        .chain(redactions)
        .filter(|(is_set, _)| *is_set)
    {
        line += &format!(" [{mark}]");
    }
    line
}
