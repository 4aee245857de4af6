//! `exec` with the lines of the notes: `ls`, `cd dir`, `mkdir folder_name`, `touch index.js`, and a script.
//!
//! Twin: `golden/01-commands.mjs`. Each `exec` is a shell of its own in both, so a `cd` ends with it; `cwd` is what stays.

use std::io::Write;

use child_process::exec;

/// Prints what the commands did in a folder that is removed afterwards.
pub async fn commands(out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let in_dir = |line: &str| exec(line).cwd(dir.path());

    in_dir("mkdir folder_name").await?;
    in_dir("touch index.js").await?;
    let ls = in_dir("ls").await?;
    let entries: Vec<_> = ls.stdout_text().lines().map(str::to_owned).collect();
    writeln!(out, "ls: {}", entries.join(" "))?;

    let there = in_dir("cd folder_name && basename \"$PWD\"").await?;
    writeln!(out, "cd and more: {}", there.stdout_text().trim())?;
    in_dir("cd folder_name").await?;
    let entries = in_dir("ls").await?.stdout_text().lines().count();
    writeln!(out, "after a cd of its own: {entries} entries")?;
    let folder = dir.path().join("folder_name");
    let there = exec("basename \"$PWD\"").cwd(folder).await?;
    writeln!(out, "cwd instead: {}", there.stdout_text().trim())?;

    in_dir("printf 'for name in \"$@\"; do echo \"hello $name\"; done' > greet.sh").await?;
    let greeted = in_dir("sh greet.sh Ada Grace").await?;
    let greetings: Vec<_> = greeted.stdout_text().lines().map(str::to_owned).collect();
    writeln!(out, "script: {}", greetings.join(", "))?;
    Ok(())
}
