//! `list`: what there is, from the files alone.

use anyhow::Result;

use crate::cases::{
    Block, Case, CaseError, Choice, Item, Selection, Workspace, commands, exceptions,
};

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
    let (all, [alone, redacted]) = (selection.cases().count(), exceptions(selection.cases()));
    let mut status = 0;
    for item in &selection.items {
        match item {
            Item::Block(Block { id, text, .. }) => {
                outln!("README {id}  {} commands", commands(text).count());
            }
            Item::Error(CaseError { id, text }) => {
                outln!("{id}: {text}");
                status = 1;
            }
            Item::Tests(_) | Item::Case(_) => {}
        }
    }
    outln!("{all} cases: {alone} without oracle, {redacted} with a redaction");
    Ok(status)
}

fn describe(case: &Case) -> String {
    let oracle = match (&case.oracle, &case.settings.no_oracle) {
        (Some(command), _) if !case.is_lesson => format!("oracle: {command}"),
        (_, Some(why)) => format!("no oracle: {why}"),
        _ => "node".to_owned(),
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
