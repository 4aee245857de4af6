//! `list`: what there is, from the files alone.

use anyhow::Result;

use crate::cases::{Case, Choice, Item, Oracle, Selection, Workspace, shares};

/// How `list` is called.
#[derive(clap::Args)]
pub struct Options {
    #[command(flatten)]
    choice: Choice,
}

/// Prints crates with their lessons and commands, and README blocks; returns the exit status.
pub fn list(options: &Options) -> Result<u8> {
    let workspace = Workspace::find()?;
    let selection = Selection::read(&workspace, &options.choice)?;
    for crate_name in workspace.crates.iter().map(|one| &one.name) {
        let cases = selection
            .cases()
            .filter(|case| case.crate_name == *crate_name);
        let (lessons, commands): (Vec<_>, Vec<_>) = cases.partition(|case| case.is_lesson);
        if !lessons.is_empty() || !commands.is_empty() {
            let (lessons, commands) = (lessons.len(), commands.len());
            outln!("{crate_name}: {lessons} lessons, {commands} commands");
        }
        let cases = lessons.iter().chain(&commands);
        cases.for_each(|case| outln!("  {}", describe(case)));
    }
    for block in selection.blocks() {
        outln!("README {}  {} commands", block.id, block.commands().count());
    }
    let (all, [alone, redacted]) = (selection.cases().count(), shares(selection.cases()));
    outln!("{all} cases: {alone} without oracle, {redacted} with a redaction");
    let mut status = 0;
    for item in &selection.items {
        if let Item::Error(error) = item {
            outln!("{}: {}", error.id, error.text);
            status = 1;
        }
    }
    Ok(status)
}

fn describe(case: &Case) -> String {
    let oracle = match &case.oracle {
        Oracle::Node(_) => "node".to_owned(),
        Oracle::Shell(command) => format!("oracle: {command}"),
        Oracle::None(why) => format!("no oracle: {why}"),
    };
    let kind = if case.is_lesson { "lesson " } else { "command" };
    let mut line = format!("{kind} {:<32} {oracle}", case.id);
    if !case.golden.exists() {
        line += " [golden missing]";
    }
    if case.settings.serial {
        line += " [serial]";
    }
    for redaction in &case.settings.redact {
        line += &format!(" [redacts {}]", redaction.name);
    }
    line
}
