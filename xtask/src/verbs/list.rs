//! `list`: what there is, from the files alone.

use anyhow::Result;

use crate::cases::{Case, Choice, Oracle, Selection, Workspace, shares};

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
    for krate in workspace.crates.iter().map(|one| &one.name) {
        let all = selection.cases.iter();
        let cases: Vec<_> = all.filter(|case| case.krate == *krate).collect();
        let lessons = cases.iter().filter(|case| case.lesson.is_some()).count();
        if !cases.is_empty() {
            outln!(
                "{krate}: {lessons} lessons, {} commands",
                cases.len() - lessons
            );
        }
        cases.iter().for_each(|case| outln!("  {}", describe(case)));
    }
    if !selection.blocks.is_empty() {
        outln!("README: {} blocks", selection.blocks.len());
    }
    for block in &selection.blocks {
        outln!("  {}  {} commands", block.id, block.commands().count());
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
    let is_lesson = case.lesson.is_some();
    let kind = if is_lesson { "lesson " } else { "command" };
    let mut line = format!("{kind} {:<32} {oracle}", case.id);
    if !case.golden.exists() {
        line += " [golden missing]";
    }
    if case.settings.serial {
        line += " [serial]";
    }
    for redaction in &case.rules.redactions {
        line += &format!(" [redacts {}]", redaction.name);
    }
    line
}
